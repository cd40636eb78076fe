# What the bots share: a session, and its stream. For `.` in bash, not to be run.
#
# $state is the folder for what is remembered. `come_in` logs in, `stay` reads the stream until the
# session ends and calls `on_event`, which each bot has of its own, with $event, $data and $id.

url=${OBROL_URL:-http://127.0.0.1:3000}
: "${BOT_NAME:?is the name to log in with}" "${BOT_PASSWORD:?is its password}"

umask 077
mkdir -p "$state"
cursor=$(cat "$state/cursor" 2>/dev/null)
stream=

say() { printf '%s\n' "$*" >&2; }
trap 'kill $stream 2>/dev/null' EXIT
trap 'exit 0' INT TERM

# call NAME CURL-ARGUMENTS…: sets `status` (000: no answer), leaves the answer in $state/NAME. Secrets
# come from files and from standard input: arguments are shown to everyone by `ps`.
call() {
  local name=$1
  shift
  : >"$state/head"
  status=$(curl -s -m 20 -o "$state/$name" -D "$state/head" -w '%{http_code}' "$@")
}

# What the server asks to wait after 429 and 503, in seconds.
retry_after() { sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]*\).*/\1/p' "$state/head" | tail -n 1; }

# enter CALL: registers or logs in, and tries again while the server is away or busy.
enter() {
  while :; do
    call session "$url/v1/$1" --data-urlencode "username=$BOT_NAME" \
      --data-urlencode password@- < <(printf %s "$BOT_PASSWORD")
    case $status in
      000 | 408 | 429 | 5??) wait_for=$(retry_after); sleep "${wait_for:-3}" ;;
      *) return ;;
    esac
  done
}

# send METHOD ADDRESS BODY CURL-ARGUMENTS…: until there is an answer that waiting does not change. It
# must be safe to repeat.
send() {
  local method=$1 address=$2 body=$3
  shift 3
  while :; do
    call answer -X "$method" "$address" -H "@$state/authorization" \
      -H 'Content-Type: application/json' -d "$body" "$@"
    case $status in
      000 | 408 | 429 | 5??) wait_for=$(retry_after); sleep "${wait_for:-1}" ;;
      401) say 'the session is over'; exit 1 ;;
      *) return ;;
    esac
  done
}

on_bye() {
  case $data in
    *'"logged-out"'* | *'"replaced"'*) say "bye: $data"; exit 0 ;;
  esac
}

# An event is over: do what it asks for, then remember that it was done.
dispatch() {
  case $event in
    ready) failures=0; say "$me is listening" ;;
    bye) on_bye ;;
  esac
  on_event
  if [[ -n $id ]]; then
    cursor=$id
    # In a file of its own first: whoever is killed here still has the cursor of before.
    printf '%s' "$cursor" >"$state/cursor.new"
    mv "$state/cursor.new" "$state/cursor"
  fi
}

# Reads one stream to its end. Three heartbeats of silence end it too: the line is dead.
listen() {
  : >"$state/stream-head"
  exec 3< <(exec curl -sN --connect-timeout 10 --speed-limit 1 --speed-time 45 \
    -D "$state/stream-head" -H "@$state/authorization" -H "Last-Event-ID: $cursor" \
    "$url/v1/events?presence=none")
  stream=$!
  id='' event='' data=''
  while IFS= read -r line <&3; do
    case $line in
      'id: '*) id=${line#id: } ;;
      'event: '*) event=${line#event: } ;;
      'data: '*) data=${line#data: } ;;
      'retry: '*) retry_ms=${line#retry: } ;;
      '')
        if [[ -n $data ]]; then dispatch; fi
        id='' event='' data=''
        ;;
    esac
  done
  exec 3<&-
  kill "$stream" 2>/dev/null
  status=$(sed -n 's/^HTTP\/[0-9.]* \([0-9]*\).*/\1/p' "$state/stream-head" | tail -n 1)
}

come_in() {
  enter login
  if [[ $status == 401 ]] && grep -q unknown-user "$state/session"; then enter register; fi
  if [[ $status != 20? ]]; then
    say "not let in: $(cat "$state/session")"
    exit 1
  fi
  me=$(sed 's/.*"username":"//; s/".*//' "$state/session")
  printf 'Authorization: Bearer %s\n' "$(sed 's/.*"token":"//; s/".*//' "$state/session")" \
    >"$state/authorization"
  rm "$state/session"
}

stay() {
  failures=0 retry_ms=3000
  while :; do
    listen
    if [[ $status == 401 ]]; then
      say 'the session is over'
      exit 1
    fi
    # What the server asked for, doubled with each failure in a row, 30 s at most, and up to half more
    # at random, so that not everyone comes back in the same moment.
    cp "$state/stream-head" "$state/head"
    wait_for=$(retry_after)
    ms=$((retry_ms << (failures < 8 ? failures : 8)))
    ms=$(((ms > 30000 ? 30000 : ms) * (100 + RANDOM % 51) / 100))
    if [[ -n $wait_for ]] && ((ms < wait_for * 1000)); then ms=$((wait_for * 1000)); fi
    failures=$((failures + 1))
    sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
  done
}

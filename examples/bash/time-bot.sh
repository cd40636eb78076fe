#!/usr/bin/env bash
# Answers `!time`, said to everyone or to it alone, with the time at which it was asked. Needs bash,
# sed and curl. It remembers in a folder how far it has read: killed and started again, it answers
# what was asked meanwhile, and nothing twice.
set -u

url=${OBROL_URL:-http://127.0.0.1:3000}
state=${BOT_STATE:-./time-bot-state}
: "${BOT_NAME:?is the name to log in with}" "${BOT_PASSWORD:?is its password}"

umask 077
mkdir -p "$state"
cursor=$(cat "$state/cursor" 2>/dev/null)
seen=$(cat "$state/seen" 2>/dev/null || echo 0)
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

# come_in CALL: registers or logs in, and tries again while the server is away or busy.
come_in() {
  while :; do
    call session "$url/v1/$1" --data-urlencode "username=$BOT_NAME" \
      --data-urlencode password@- < <(printf %s "$BOT_PASSWORD")
    case $status in
      000 | 408 | 429 | 5??) wait_for=$(retry_after); sleep "${wait_for:-3}" ;;
      *) return ;;
    esac
  done
}

# answer PATH BODY KEY: sends until it is known to be in the log. With the key that is safe: it is
# said once, however often it had to be sent.
answer() {
  while :; do
    call answer "$url/v1/messages/$1" -H "@$state/authorization" \
      -H 'Content-Type: application/json' -H "Idempotency-Key: $3" -d "$2"
    case $status in
      000 | 408 | 429 | 5??) wait_for=$(retry_after); sleep "${wait_for:-1}" ;;
      401) say 'the session is over'; exit 1 ;;
      201) return ;;
      *) say "not said ($status): $(cat "$state/answer")"; return ;;
    esac
  done
}

# A message is one line of JSON. Quotes within a text are escaped, so this cannot be fooled by one.
question='^\{"id":([0-9]+),"kind":"(broadcast|direct)","from":"([^"]+)",("to":"[^"]+",)?"text":"!time","sentAt":"([^"]+)"\}$'

on_message() {
  [[ $data =~ ^\{\"id\":([0-9]+) ]] || return
  local message_id=${BASH_REMATCH[1]}
  ((message_id > seen)) || return
  if [[ $data =~ $question && ${BASH_REMATCH[3]} != "$me" ]]; then
    local kind=${BASH_REMATCH[2]} from=${BASH_REMATCH[3]} sent_at=${BASH_REMATCH[5]}
    # An answer made from the message alone, under a key made from it: the same after any crash.
    local text="$from, it is ${sent_at:11:8} UTC" key="$me-$message_id-$sent_at"
    if [[ $kind == broadcast ]]; then
      answer broadcast "{\"text\":\"$text\"}" "$key"
    else
      answer direct "{\"to\":\"$from\",\"text\":\"$text\",\"whenOffline\":\"keep\"}" "$key"
    fi
  fi
  seen=$message_id
}

# The log may have gone back, and ids past `from` may be given out again.
on_reset() {
  [[ $data =~ \"from\":([0-9]+) ]] && ((BASH_REMATCH[1] < seen)) && seen=${BASH_REMATCH[1]}
}

on_bye() {
  case $data in
    *'"logged-out"'* | *'"replaced"'*) say "bye: $data"; exit 0 ;;
  esac
}

# An event is over: do what it asks for, then remember that it was done.
on_event() {
  case $event in
    message) on_message ;;
    reset) on_reset ;;
    ready) failures=0; say "$me is listening" ;;
    bye) on_bye ;;
  esac
  printf '%s' "$seen" >"$state/seen"
  if [[ -n $id ]]; then
    cursor=$id
    printf '%s' "$cursor" >"$state/cursor"
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
        if [[ -n $data ]]; then on_event; fi
        id='' event='' data=''
        ;;
    esac
  done
  exec 3<&-
  kill "$stream" 2>/dev/null
  status=$(sed -n 's/^HTTP\/[0-9.]* \([0-9]*\).*/\1/p' "$state/stream-head" | tail -n 1)
}

come_in login
if [[ $status == 401 ]] && grep -q unknown-user "$state/session"; then come_in register; fi
if [[ $status != 20? ]]; then
  say "not let in: $(cat "$state/session")"
  exit 1
fi
me=$(sed 's/.*"username":"//; s/".*//' "$state/session")
printf 'Authorization: Bearer %s\n' "$(sed 's/.*"token":"//; s/".*//' "$state/session")" \
  >"$state/authorization"
rm "$state/session"

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

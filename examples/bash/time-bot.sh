#!/usr/bin/env bash
# Answers `!time`, said to everyone or to it alone, with the time at which it was asked. Needs bash,
# sed and curl. It remembers in a folder how far it has read: killed and started again, it answers
# what was asked meanwhile, and nothing twice.
set -u

state=${BOT_STATE:-./time-bot-state}
. "${BASH_SOURCE%/*}/session.sh"
seen=$(cat "$state/seen" 2>/dev/null || echo 0)

# answer PATH BODY KEY: with the key it is said once, however often it had to be sent.
answer() {
  send POST "$url/v1/messages/$1" "$2" -H "Idempotency-Key: $3"
  [[ $status == 201 ]] || say "not said ($status): $(cat "$state/answer")"
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

on_event() {
  case $event in
    message) on_message ;;
    reset) on_reset ;;
  esac
  printf '%s' "$seen" >"$state/seen"
}

come_in
stay

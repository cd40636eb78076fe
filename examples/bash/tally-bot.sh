#!/usr/bin/env bash
# Keeps the tally of a room: whoever says `!poll` and a question there gets a reply that counts the
# reactions to it, and is edited whenever they change. Needs bash, sed and curl. What was asked and
# reacted while it did not run, it makes up for.
set -u

state=${BOT_STATE:-./tally-bot-state}
. "${BASH_SOURCE%/*}/session.sh"
room=${BOT_ROOM:-polls}

# The bot becomes a member of the room, and makes it if there is none.
enter_room() {
  send PUT "$url/v1/rooms/$room/members/$me" '{}'
  if [[ $status == 404 ]]; then
    send POST "$url/v1/rooms" "{\"name\":\"$room\"}"
  fi
  if [[ $status != 20? ]]; then
    say "not let in: $(cat "$state/answer")"
    exit 1
  fi
}

# An event's data is one line of JSON. Quotes within a text are escaped, so a text cannot fool this.
poll='^\{"id":([0-9]+),"kind":"room","room":"([^"]+)","from":"([^"]+)","text":"!poll .*","sentAt":"([0-9T:.Z-]+)"'

# The reply to a poll has a file of the poll's id, which holds the reply's id.
on_message() {
  [[ $data =~ $poll && ${BASH_REMATCH[2]} == "$room" && ${BASH_REMATCH[3]} != "$me" ]] || return
  local asked=${BASH_REMATCH[1]} key="$me-${BASH_REMATCH[1]}-${BASH_REMATCH[4]}"
  # The key is made from the message, so that there is one reply, also after a crash.
  send POST "$url/v1/rooms/$room/messages" \
    "{\"text\":\"Tally: no reactions yet\",\"replyTo\":$asked}" -H "Idempotency-Key: $key"
  if [[ $status == 201 ]]; then
    sed 's/^{"id":\([0-9]*\).*/\1/' "$state/answer" >"$state/poll-$asked"
    count "$asked"
  else
    say "not said ($status): $(cat "$state/answer")"
  fi
}

# On a message the reactions come last; anchored there, metadata cannot fool this either.
reactions='"reactions":\[(\{"emoji":"[^"]+","count":[0-9]+,"me":(true|false),"by":\[[^]]*\]\},?)+\]\}$'

# count POLL: reads the reactions as they are now, so it does not matter how often it is called.
count() {
  [[ -f "$state/poll-$1" ]] || return
  local text='' rest=''
  send GET "$url/v1/messages/$1" ''
  case $status in
    200) ;;
    410) rm "$state/poll-$1"; return ;;
    *) say "not counted ($status)"; return ;;
  esac
  if [[ $(cat "$state/answer") =~ $reactions ]]; then rest=${BASH_REMATCH[0]}; fi
  while [[ $rest =~ \"emoji\":\"([^\"]+)\",\"count\":([0-9]+)(.*) ]]; do
    text="$text${text:+, }${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
    rest=${BASH_REMATCH[3]}
  done
  send PATCH "$url/v1/messages/$(cat "$state/poll-$1")" \
    "{\"text\":\"Tally: ${text:-no reactions yet}\"}"
  if [[ $status != 200 ]]; then say "not counted ($status): $(cat "$state/answer")"; fi
}

# The log may have gone back: replies past `from` are void, and others may have got their ids.
on_reset() {
  local file
  [[ $data =~ \"from\":([0-9]+) ]] || return
  for file in "$state"/poll-*; do
    if [[ -f $file ]] && (($(cat "$file") > BASH_REMATCH[1])); then rm "$file"; fi
  done
}

on_event() {
  case $event in
    message) on_message ;;
    reaction.*) [[ $data =~ ^\{\"messageId\":([0-9]+) ]] && count "${BASH_REMATCH[1]}" ;;
    reset) on_reset ;;
  esac
}

come_in
enter_room
stay

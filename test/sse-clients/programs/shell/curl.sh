#!/bin/bash
# curl in a loop. `--retry` would send no cursor. Told as lines of JSON: what is in a line of data is
# JSON by itself, so that it is passed on as it is.
cursor=
while :; do
  exec 3< <(curl -sN -D head --speed-limit 1 --speed-time 45 "$STREAM_URL" \
    -H "Authorization: Bearer $TOKEN" ${cursor:+-H "Last-Event-ID: $cursor"})
  event= data= id=
  while IFS= read -r line <&3; do
    case $line in
      'event: '*) event=${line#event: } ;;
      'data: '*) data=${line#data: } ;;
      'id: '*) id=${line#id: } ;;
      '')
        if [ -n "$data" ]; then printf '{"event":"%s","json":%s,"id":"%s"}\n' "$event" "$data" "$id"; fi
        cursor=${id:-$cursor}
        event= data= id=
        ;;
    esac
  done
  exec 3<&-
  if grep -q '^HTTP/1.1 401' head; then break; fi
  sleep 1
done

// r3labs/sse: SubscribeRaw, for Subscribe adds `?stream=` to the address, which is refused. It ends at
// the clean end of a stream, so there is a loop around it, and it takes a half event for a whole one,
// so what it brings has to be looked at.
package main

import (
	"encoding/json"
	"log"
	"os"
	"strings"
	"time"

	"github.com/r3labs/sse/v2"
	"gopkg.in/cenkalti/backoff.v1"

	"programs/program"
)

func main() {
	client := sse.NewClient(os.Getenv("STREAM_URL"))
	client.Headers["Authorization"] = program.Authorization()
	client.ReconnectStrategy = &backoff.StopBackOff{}
	for {
		err := client.SubscribeRaw(func(event *sse.Event) {
			if json.Valid(event.Data) {
				program.Tell(string(event.Event), string(event.Data), string(event.ID))
			}
		})
		log.Println(err)
		if err != nil && strings.Contains(err.Error(), "Unauthorized") {
			return
		}
		time.Sleep(time.Second)
	}
}

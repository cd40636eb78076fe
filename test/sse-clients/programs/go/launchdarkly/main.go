// launchdarkly/eventsource reconnects by itself after any failure, a 401 too, unless it is told to stop.
package main

import (
	"log"
	"net/http"
	"time"

	"github.com/launchdarkly/eventsource"

	"programs/program"
)

func main() {
	stream, err := eventsource.SubscribeWithRequestAndOptions(program.Request(),
		eventsource.StreamOptionReadTimeout(45*time.Second),
		eventsource.StreamOptionUseBackoff(30*time.Second),
		eventsource.StreamOptionUseJitter(0.5),
		eventsource.StreamOptionErrorHandler(func(err error) eventsource.StreamErrorHandlerResult {
			log.Println(err)
			refused, is := err.(eventsource.SubscriptionError)
			return eventsource.StreamErrorHandlerResult{
				CloseNow: is && refused.Code == http.StatusUnauthorized,
			}
		}))
	if err != nil {
		log.Fatal(err)
	}
	for event := range stream.Events {
		program.Tell(event.Event(), event.Data(), event.Id())
	}
}

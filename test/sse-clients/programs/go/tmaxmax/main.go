// tmaxmax/go-sse reconnects by itself where a connection breaks; it ends at any other answer than 200,
// so there is a loop around it.
package main

import (
	"errors"
	"log"
	"net/http"
	"time"

	"github.com/tmaxmax/go-sse"

	"programs/program"
)

var errOver = errors.New("the session is over")

func main() {
	cursor := ""
	client := sse.Client{
		Backoff: sse.DefaultClient.Backoff,
		ResponseValidator: func(response *http.Response) error {
			if response.StatusCode == http.StatusUnauthorized {
				return errOver
			}
			return sse.DefaultValidator(response)
		},
	}
	for {
		request := program.Request()
		if cursor != "" {
			request.Header.Set("Last-Event-ID", cursor)
		}
		connection := client.NewConnection(request)
		connection.SubscribeToAll(func(event sse.Event) {
			cursor = event.LastEventID
			program.Tell(event.Type, event.Data, event.LastEventID)
		})
		err := connection.Connect()
		log.Println(err)
		if errors.Is(err, errOver) {
			return
		}
		time.Sleep(time.Second)
	}
}

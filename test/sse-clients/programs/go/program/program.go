// Package program has what all of these programs have in common.
package program

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
)

// Request asks for the stream, from its beginning.
func Request() *http.Request {
	request, err := http.NewRequest("GET", os.Getenv("STREAM_URL"), http.NoBody)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", Authorization())
	return request
}

// Authorization is what every request has in its header of that name.
func Authorization() string { return "Bearer " + os.Getenv("TOKEN") }

// Tell prints an event as a line of JSON.
func Tell(event, data, id string) {
	line, err := json.Marshal(map[string]string{"event": event, "data": data, "id": id})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}

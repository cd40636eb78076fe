// Talks to the server with what openapi-generator makes for Go.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	api "example.org/program/api"
)

func check(right bool, about ...any) {
	if !right {
		panic(fmt.Sprintf("%+v", about))
	}
}

// given is what a call gives where it is not refused.
func given[T any](value T, _ *http.Response, err error) T {
	check(err == nil, err)
	return value
}

// refused is the problem of a call that is refused.
func refused[T any](_ T, _ *http.Response, err error) api.Problem {
	failure, right := err.(*api.GenericOpenAPIError)
	check(right, err)
	return failure.Model().(api.Problem)
}

func main() {
	configuration := api.NewConfiguration()
	configuration.Servers = api.ServerConfigurations{{URL: os.Getenv("OBROL_URL")}}
	client := api.NewAPIClient(configuration)
	anyone := context.Background()
	one := func(name, password string) context.Context {
		opened := given(client.AccountsAPI.Register(anyone).NewAccount(api.NewAccount{Username: name, Password: password}).Execute())
		return context.WithValue(anyone, api.ContextAccessToken, opened.Token)
	}
	ann, bob := one("ann", "tall-ships"), one("bob", "red-lantern")
	check(given(client.AccountsAPI.GetMe(ann).Execute()).User.Username == "ann")

	said := func() *api.Message {
		return given(client.MessagesAPI.SendBroadcast(ann).NewBroadcast(api.NewBroadcast{Text: "Hello"}).IdempotencyKey("one").Execute())
	}
	first := said()
	check(first.Kind == "broadcast" && !first.HasTo(), first)
	check(said().Id == first.Id)
	keep := "keep"
	second := given(client.MessagesAPI.SendDirect(bob).NewDirect(api.NewDirect{To: "ann", Text: "Psst", WhenOffline: &keep}).Execute())
	check(second.Kind == "direct" && second.GetTo() == "ann", second)

	page := given(client.MessagesAPI.ListMessages(ann).After(0).Limit(1).Execute())
	check(len(page.Messages) == 1 && page.Messages[0].Id == first.Id && page.More, page)
	page = given(client.MessagesAPI.ListMessages(ann).After(first.Id).Limit(1).Execute())
	check(len(page.Messages) == 1 && page.Messages[0].Id == second.Id && !page.More, page)
	check(given(client.MessagesAPI.GetMessage(ann, second.Id).Execute()).Text == "Psst")

	missing := refused(client.MessagesAPI.GetMessage(ann, 4711).Execute())
	check(missing.Type == "/problems/not-found" && missing.Status == 404, missing)
	nobody := refused(client.MessagesAPI.SendDirect(ann).NewDirect(api.NewDirect{To: "nobody", Text: "?"}).Execute())
	check(nobody.Type == "/problems/unknown-recipient", nobody)

	// The generated call waits for the stream's end, so this one is made by hand.
	token := given(client.EventsAPI.CreateStreamToken(ann).Execute()).Token
	stream, err := http.Get(os.Getenv("OBROL_URL") + "/v1/events?lastEventId=1&token=" + token)
	check(err == nil && stream.StatusCode == 200, err)
	lines := bufio.NewScanner(stream.Body)
	for event := ""; lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		if name == "event" {
			event = value
		} else if name == "data" && event == "message" {
			var message api.Message
			check(json.Unmarshal([]byte(value), &message) == nil && message.Id == second.Id, value)
		} else if name == "data" && event == "ready" {
			var ready api.Ready
			check(json.Unmarshal([]byte(value), &ready) == nil && ready.Online[0] == "ann", value)
			online := given(client.PeopleAPI.ListOnlineUsers(bob).Execute())
			check(online.Count == 1 && online.Users[0].Username == "ann", online)
			break
		}
	}
	stream.Body.Close()

	_, err = client.AccountsAPI.Logout(ann).Execute()
	check(err == nil, err)
	check(refused(client.AccountsAPI.GetMe(ann).Execute()).Type == "/problems/unauthorized")
	fmt.Println("the stream without the client")
}

// Talks to the server with what oapi-codegen makes.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"example.org/program/api"
)

var ctx = context.Background()

func check(right bool, about ...any) {
	if !right {
		panic(fmt.Sprintf("%+v", about))
	}
}

func must[T any](value T, err error) T {
	check(err == nil, err)
	return value
}

func as(token string) api.RequestEditorFn {
	return func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

func main() {
	client := must(api.NewClientWithResponses(os.Getenv("OBROL_URL")))
	one := func(name, password string) api.RequestEditorFn {
		opened := must(client.RegisterWithResponse(ctx, api.NewAccount{Username: name, Password: password}))
		return as(opened.JSON201.Token)
	}
	ann, bob := one("ann", "tall-ships"), one("bob", "red-lantern")
	check(must(client.GetMeWithResponse(ctx, ann)).JSON200.User.Username == "ann")

	key := "one"
	said := func() *api.Message {
		return must(client.SendBroadcastWithResponse(ctx, &api.SendBroadcastParams{IdempotencyKey: &key}, api.NewBroadcast{Text: "Hello"}, ann)).JSON201
	}
	first := said()
	check(first.Kind == "broadcast" && first.To == nil, first)
	check(said().Id == first.Id)
	keep := api.NewDirectWhenOffline("keep")
	second := must(client.SendDirectWithResponse(ctx, nil, api.NewDirect{To: "ann", Text: "Psst", WhenOffline: &keep}, bob)).JSON201
	check(second.Kind == "direct" && *second.To == "ann", second)

	limit, after := int32(1), int64(0)
	page := must(client.ListMessagesWithResponse(ctx, &api.ListMessagesParams{After: &after, Limit: &limit}, ann)).JSON200
	check(len(page.Messages) == 1 && page.Messages[0].Id == first.Id && page.More, page)
	page = must(client.ListMessagesWithResponse(ctx, &api.ListMessagesParams{After: &first.Id, Limit: &limit}, ann)).JSON200
	check(len(page.Messages) == 1 && page.Messages[0].Id == second.Id && !page.More, page)
	check(must(client.GetMessageWithResponse(ctx, second.Id, ann)).JSON200.Text == "Psst")

	missing := must(client.GetMessageWithResponse(ctx, 4711, ann)).ApplicationproblemJSON404
	check(missing.Type == "/problems/not-found" && missing.Status == 404, missing)
	nobody := must(client.SendDirectWithResponse(ctx, nil, api.NewDirect{To: "nobody", Text: "?"}, ann)).ApplicationproblemJSON404
	check(nobody.Type == "/problems/unknown-recipient", nobody)
	wrong := must(client.LoginWithResponse(ctx, api.Credentials{Username: "ann", Password: "wrong"})).ApplicationproblemJSON401
	check(wrong.Type == "/problems/wrong-password", wrong)

	// The call without `WithResponse` gives the answer as it comes.
	cursor := "1"
	stream := must(client.OpenStream(ctx, &api.OpenStreamParams{LastEventId: &cursor}, ann))
	check(stream.StatusCode == 200, stream.Status)
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
			check(json.Unmarshal([]byte(value), &ready) == nil && (*ready.Online)[0] == "ann", value)
			online := must(client.ListOnlineUsersWithResponse(ctx, nil, bob)).JSON200
			check(online.Count == 1 && online.Users[0].Username == "ann", online)
			break
		}
	}
	stream.Body.Close()

	check(must(client.LogoutWithResponse(ctx, ann)).StatusCode() == 204)
	check(must(client.GetMeWithResponse(ctx, ann)).ApplicationproblemJSON401.Type == "/problems/unauthorized")
	fmt.Println("the stream")
}

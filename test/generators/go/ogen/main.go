// Talks to the server with what ogen makes.
package main

import (
	"bufio"
	"context"
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

// given is the one answer that is expected, of those that there may be.
func given[T any](value any, err error) T {
	answer, right := must(value, err).(T)
	check(right, value)
	return answer
}

// token is that of a session; empty for who has none.
type token string

func (t token) SessionToken(context.Context, api.OperationName) (api.SessionToken, error) {
	return api.SessionToken{Token: string(t)}, nil
}

func client(t token) *api.Client {
	return must(api.NewClient(os.Getenv("OBROL_URL"), t))
}

func one(name, password string) *api.Client {
	opened := given[*api.OpenedSession](client("").Register(ctx, &api.NewAccount{Username: name, Password: password}))
	return client(token(opened.Token))
}

func main() {
	ann, bob := one("ann", "tall-ships"), one("bob", "red-lantern")
	check(given[*api.OwnSession](ann.GetMe(ctx)).User.Username == "ann")

	said := func() api.Message {
		return given[*api.MessageHeaders](ann.SendBroadcast(ctx, &api.NewBroadcast{Text: "Hello"}, api.SendBroadcastParams{IdempotencyKey: api.NewOptString("one")})).Response
	}
	first := said()
	check(first.Kind == api.MessageKindBroadcast && !first.To.Set, first)
	check(said().ID == first.ID)
	keep := api.NewOptNewDirectWhenOffline(api.NewDirectWhenOfflineKeep)
	second := given[*api.MessageHeaders](bob.SendDirect(ctx, &api.NewDirect{To: "ann", Text: "Psst", WhenOffline: keep}, api.SendDirectParams{})).Response
	check(second.Kind == api.MessageKindDirect && second.To.Value == "ann", second)

	list := func(after int64) *api.MessagePage {
		return given[*api.MessagePage](ann.ListMessages(ctx, api.ListMessagesParams{After: api.NewOptInt64(after), Limit: api.NewOptInt32(1)}))
	}
	page := list(0)
	check(len(page.Messages) == 1 && page.Messages[0].ID == first.ID && page.More, page)
	page = list(first.ID)
	check(len(page.Messages) == 1 && page.Messages[0].ID == second.ID && !page.More, page)
	check(given[*api.Message](ann.GetMessage(ctx, api.GetMessageParams{ID: second.ID})).Text == "Psst")

	missing := given[*api.GetMessageNotFound](ann.GetMessage(ctx, api.GetMessageParams{ID: 4711}))
	check(missing.Type == "/problems/not-found" && missing.Status == 404, missing)
	nobody := given[*api.SendDirectNotFound](ann.SendDirect(ctx, &api.NewDirect{To: "nobody", Text: "?"}, api.SendDirectParams{}))
	check(nobody.Type == "/problems/unknown-recipient", nobody)

	// The generated call waits for the stream's end, so this one is made by hand.
	opening := given[*api.StreamToken](ann.CreateStreamToken(ctx)).Token
	stream := must(http.Get(os.Getenv("OBROL_URL") + "/v1/events?lastEventId=1&token=" + opening))
	check(stream.StatusCode == 200, stream.Status)
	lines := bufio.NewScanner(stream.Body)
	for heard := false; lines.Scan(); {
		heard = heard || strings.Contains(lines.Text(), "Psst")
		if lines.Text() == "event: ready" {
			check(heard)
			online := given[*api.OnlineUsers](bob.ListOnlineUsers(ctx, api.ListOnlineUsersParams{}))
			check(online.Count == 1 && online.Users[0].Username == "ann", online)
			break
		}
	}

	given[*api.LogoutNoContent](ann.Logout(ctx))
	unknown, err := ann.GetMe(ctx)
	check(strings.Contains(fmt.Sprintf("%T", must(unknown, err)), "Unauthorized"), unknown)
	fmt.Println("the stream without the client")
}

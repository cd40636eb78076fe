// Answers `!time`, said to everyone or to it alone, with the time at which it was asked. Needs Go 1.20
// and its standard library. It remembers in a file how far it has read: killed and started again, it
// answers what was asked meanwhile, and nothing twice.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// Three heartbeats of 15 s: a line that is silent for longer is dead.
	silence = 45 * time.Second
	// The longest wait before the stream is opened again.
	longestWait = 30 * time.Second
	// How long one call may take.
	callTimeout = 20 * time.Second
)

type message struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind"`
	From   string `json:"from"`
	Text   string `json:"text"`
	SentAt string `json:"sentAt"`
}

// event is one event of a stream; ID is empty where it moves no cursor.
type event struct{ ID, Name, Data string }

// refusal is a no of the server. Decide by Code; Detail is for people.
type refusal struct {
	Code       string
	Status     int
	Detail     string
	RetryAfter time.Duration
}

func (r *refusal) Error() string { return fmt.Sprintf("%s (%d): %s", r.Code, r.Status, r.Detail) }

func (r *refusal) mayPass() bool { return r.Status == 408 || r.Status == 429 || r.Status >= 500 }

// errOver is returned by listen where the stream is not to be opened again.
var errOver = errors.New("the session is over")

// bot is a session and how far it has read.
type bot struct {
	server, state string
	name, token   string
	retry         time.Duration
	failures      int
	progress      struct {
		Cursor string `json:"cursor"`
		Seen   int64  `json:"seen"`
	}
}

// send sends one request; the caller closes the body of its answer.
func (b *bot) send(ctx context.Context, method, path string, body any, header http.Header) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, b.server+path, content)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if b.token != "" {
		request.Header.Set("Authorization", "Bearer "+b.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode < 300 {
		return response, err
	}
	defer response.Body.Close()
	var problem struct{ Type, Detail string }
	_ = json.NewDecoder(response.Body).Decode(&problem) // a proxy's page is no JSON: then there is no code
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	return nil, &refusal{
		Code:       strings.TrimPrefix(problem.Type, "/problems/"),
		Status:     response.StatusCode,
		Detail:     problem.Detail,
		RetryAfter: time.Duration(seconds) * time.Second,
	}
}

// call posts until there is an answer, read into result, or a refusal that waiting does not change.
func (b *bot) call(path string, body any, header http.Header, result any) error {
	for {
		err := b.callOnce(path, body, header, result)
		var no *refusal
		isRefusal := errors.As(err, &no)
		if err == nil || isRefusal && !no.mayPass() {
			return err
		}
		wait := time.Second
		if isRefusal && no.RetryAfter > wait {
			wait = no.RetryAfter
		}
		time.Sleep(wait)
	}
}

func (b *bot) callOnce(path string, body any, header http.Header, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	response, err := b.send(ctx, http.MethodPost, path, body, header)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(result)
}

// comeIn logs in, and registers where the name is not known.
func (b *bot) comeIn(name, password string) error {
	credentials := map[string]string{"username": name, "password": password}
	var session struct {
		User  struct{ Username string }
		Token string
	}
	err := b.call("/v1/login", credentials, nil, &session)
	var no *refusal
	if errors.As(err, &no) && no.Code == "unknown-user" {
		err = b.call("/v1/register", credentials, nil, &session)
	}
	b.name, b.token = session.User.Username, session.Token
	return err
}

// run listens until the session ends; a stream that breaks is opened again where it was.
func (b *bot) run() error {
	for {
		err := b.listen()
		var no *refusal
		if errors.Is(err, errOver) {
			return nil
		}
		if errors.As(err, &no) && !no.mayPass() {
			return err
		}
		log.Printf("cut off: %v", err)
		// What the server asked for, doubled with each failure in a row, and up to half more at
		// random, so that not everyone comes back in the same moment.
		wait := b.retry << b.failures
		if wait > longestWait {
			wait = longestWait
		}
		if b.failures < 8 {
			b.failures++
		}
		wait += time.Duration(rand.Int63n(int64(wait/2) + 1))
		if no != nil && no.RetryAfter > wait {
			wait = no.RetryAfter
		}
		time.Sleep(wait)
	}
}

// listen reads one stream to its end, which is always an error.
func (b *bot) listen() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	watch := time.AfterFunc(silence, cancel)
	defer watch.Stop()

	header := http.Header{}
	if b.progress.Cursor != "" {
		header.Set("Last-Event-ID", b.progress.Cursor)
	}
	response, err := b.send(ctx, http.MethodGet, "/v1/events?presence=none", nil, header)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	var current event
	lines := bufio.NewReader(response.Body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		watch.Reset(silence)
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		switch name {
		case "id":
			current.ID = value
		case "event":
			current.Name = value
		case "data":
			current.Data = value
		case "retry":
			if ms, err := strconv.Atoi(value); err == nil {
				b.retry = time.Duration(ms) * time.Millisecond
			}
		case "":
			if current.Data != "" {
				if err := b.onEvent(current); err != nil {
					return err
				}
			}
			current = event{}
		}
	}
}

func (b *bot) onEvent(e event) error {
	switch e.Name {
	case "message":
		var said message
		if err := json.Unmarshal([]byte(e.Data), &said); err != nil {
			return err
		}
		if err := b.onMessage(said); err != nil {
			return err
		}
	case "reset":
		var reset struct{ From int64 }
		if err := json.Unmarshal([]byte(e.Data), &reset); err != nil {
			return err
		}
		// The log may have gone back, and ids past From may be given out again.
		if reset.From < b.progress.Seen {
			b.progress.Seen = reset.From
		}
	case "ready":
		b.failures = 0
		log.Printf("%s is listening", b.name)
	case "bye":
		var bye struct{ Reason string }
		if err := json.Unmarshal([]byte(e.Data), &bye); err != nil {
			return err
		}
		if bye.Reason == "logged-out" || bye.Reason == "replaced" {
			return errOver
		}
	}
	if e.ID != "" {
		b.progress.Cursor = e.ID
	}
	return b.remember()
}

func (b *bot) onMessage(said message) error {
	if said.ID <= b.progress.Seen {
		return nil
	}
	// What is said in rooms, and kinds of later versions, are left alone.
	known := said.Kind == "broadcast" || said.Kind == "direct"
	if known && said.Text == "!time" && said.From != b.name {
		if err := b.answer(said); err != nil {
			return err
		}
	}
	b.progress.Seen = said.ID
	return nil
}

// answer says what is made from the message alone, under a key made from it: the same after any
// crash, so it is said once, however often it is sent.
func (b *bot) answer(said message) error {
	body := map[string]string{"text": fmt.Sprintf("%s, it is %s UTC", said.From, said.SentAt[11:19])}
	if said.Kind == "direct" {
		body["to"], body["whenOffline"] = said.From, "keep"
	}
	header := http.Header{}
	header.Set("Idempotency-Key", fmt.Sprintf("time-bot-%d-%s", said.ID, said.SentAt))
	var sent message
	err := b.call("/v1/messages/"+said.Kind, body, header, &sent)
	var no *refusal
	if errors.As(err, &no) && no.Status != 401 {
		log.Printf("not said: %v", err)
		return nil
	}
	return err
}

// remember writes whole or not at all, and only once what came has been done.
func (b *bot) remember() error {
	encoded, err := json.Marshal(b.progress)
	if err != nil {
		return err
	}
	if err := os.WriteFile(b.state+".new", encoded, 0o600); err != nil {
		return err
	}
	return os.Rename(b.state+".new", b.state)
}

func main() {
	log.SetFlags(0)
	b := &bot{
		server: setting("OBROL_URL", "http://127.0.0.1:3000"),
		state:  setting("BOT_STATE", "./time-bot-state.json"),
		retry:  3 * time.Second,
	}
	if known, err := os.ReadFile(b.state); err == nil {
		if err := json.Unmarshal(known, &b.progress); err != nil {
			log.Fatalf("%s: %v", b.state, err)
		}
	}
	if err := b.comeIn(setting("BOT_NAME", "time-bot"), os.Getenv("BOT_PASSWORD")); err != nil {
		log.Fatal(err)
	}
	if err := b.run(); err != nil {
		log.Fatal(err)
	}
}

func setting(name, otherwise string) string {
	if given := os.Getenv(name); given != "" {
		return given
	}
	return otherwise
}

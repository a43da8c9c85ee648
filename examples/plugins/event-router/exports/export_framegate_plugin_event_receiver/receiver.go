// Package export_framegate_plugin_event_receiver takes each event to the places that want it.
package export_framegate_plugin_event_receiver

import (
	"encoding/json"
	"fmt"

	receiver "event-router/imports/framegate_plugin_event_receiver"
	http "event-router/imports/framegate_plugin_http"
	"event-router/options"

	wit "go.bytecodealliance.org/pkg/wit/types"
)

// What the places that have this event already said is kept over its repetitions: nobody is told twice since another was not reached.
var (
	current uint64
	told    = map[string]bool{}
)

func Deliver(event *receiver.Event) wit.Result[wit.Unit, receiver.Failure] {
	// A handle that was lent is given back before the call ends.
	defer event.Drop()
	if event.Id() != current || event.Attempt() == 1 {
		current = event.Id()
		clear(told)
	}
	again := false
	var refused string
	for _, way := range options.Current.Ways(event.Kind(), event.StreamName().SomeOr("")) {
		if told[way] {
			continue
		}
		retry, why := post(way, body(event))
		told[way] = !retry
		again = again || retry
		if why != "" && !retry {
			refused = fmt.Sprintf("%s: %s", way, why)
		}
	}
	switch {
	case again:
		return wit.Err[wit.Unit](receiver.MakeFailureAgain(0)) // when the host thinks best
	case refused != "":
		return wit.Err[wit.Unit](receiver.MakeFailureRefused(refused))
	default:
		return wit.Ok[wit.Unit, receiver.Failure](wit.Unit{})
	}
}

// Posts to one place; tells whether to try again, and why it was not taken.
func post(way string, body []byte) (again bool, why string) {
	request := http.MakeRequest("POST", way)
	defer request.Drop()
	request.AddHeader("content-type", "application/json")
	request.SetBody(body)
	sent := request.Send()
	if sent.IsErr() {
		if err := sent.Err(); err.Tag() == http.HttpError_NotGranted {
			return false, err.NotGranted()
		}
		return true, "no answer"
	}
	response := sent.Ok()
	defer response.Drop()
	status := response.Status()
	// What the other side does not understand it will not understand later; too many requests it will.
	isTemporary := status >= 500 || status == 429 || status == 408
	if status >= 200 && status < 300 {
		return false, ""
	}
	return isTemporary, fmt.Sprintf("the answer's status is %d", status)
}

func body(event *receiver.Event) []byte {
	text, err := json.Marshal(map[string]any{
		"id":      event.Id(),
		"kind":    event.Kind(),
		"stream":  event.StreamName().SomeOr(""),
		"plugin":  event.PluginName().SomeOr(""),
		"time_ns": event.Time(),
		"data":    json.RawMessage(event.Data()),
	})
	if err != nil {
		panic(err) // the host's data is JSON
	}
	return text
}

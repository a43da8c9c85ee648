// Package export_framegate_plugin_format_chooser chooses how stills are made for a viewer.
package export_framegate_plugin_format_chooser

import (
	viewers "{{NAME}}/imports/framegate_plugin_viewers"
	"{{NAME}}/options"
)

func Choose(viewer *viewers.Viewer) *viewers.Choice {
	// A handle that was lent is given back before the call ends.
	defer viewer.Drop()
	format := "image/jpeg"
	if accepts := viewer.Accepts(); len(accepts) > 0 {
		format = accepts[0]
	}
	choice := viewers.MakeChoice(viewer.AskedFormat().SomeOr(format))
	// A viewer is slow when it skips, or when what is written to it waits for half of the time.
	if viewer.Skipped() > 0.5 || viewer.WriteWait() > 0.5 {
		choice.SetWidth(uint32(options.Current.Narrow))
		choice.SetQuality(60)
	}
	return choice
}

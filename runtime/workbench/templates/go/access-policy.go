// Package export_framegate_plugin_access_decider allows or refuses requests.
package export_framegate_plugin_access_decider

import (
	"crypto/subtle"

	decider "{{NAME}}/imports/framegate_plugin_access_decider"
	"{{NAME}}/options"
)

func Decide(applicant *decider.Applicant) decider.Decision {
	// A handle that was lent is given back before the call ends.
	defer applicant.Drop()
	token := applicant.Token()
	switch {
	case options.Current.Token == "":
		return decider.MakeDecisionRefuse("the option `token` is not set")
	case token.IsNone():
		return decider.MakeDecisionChallenge()
	// Takes as long for a wrong token as for one that is nearly right.
	case subtle.ConstantTimeCompare([]byte(token.Some()), []byte(options.Current.Token)) == 1:
		return decider.MakeDecisionAllow()
	default:
		return decider.MakeDecisionRefuse("another token")
	}
}

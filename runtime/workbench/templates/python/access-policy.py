"""{{WHAT}}."""

import hmac
import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.access_decider import Decision, Decision_Allow, Decision_Challenge, Decision_Refuse
from wit_world.exports.lifecycle import Mistake
from wit_world.imports.admission import Applicant

import options

current = options.read("{}")


{{LIFECYCLE}}

class AccessDecider(exports.AccessDecider):
    def decide(self, applicant: Applicant) -> Decision:
        token = applicant.token()
        if current["token"] == "":
            return Decision_Refuse("the option `token` is not set")
        if token is None:
            return Decision_Challenge()
        # Takes as long for a wrong token as for one that is nearly right.
        is_same = hmac.compare_digest(token.encode(), current["token"].encode())
        return Decision_Allow() if is_same else Decision_Refuse("another token")

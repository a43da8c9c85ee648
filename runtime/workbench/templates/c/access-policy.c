// {{WHAT}}.
#include <string.h>

#include "bindings/plugin.h"
#include "options.h"

// Takes as long for a wrong token as for one that is nearly right.
static bool is_same(const plugin_string_t *a, const char *b) {
    if (a->len != strlen(b)) return false;
    unsigned char differs = 0;
    for (size_t i = 0; i < a->len; i++) differs |= a->ptr[i] ^ (unsigned char)b[i];
    return differs == 0;
}

static void refuse(exports_framegate_plugin_access_decider_decision_t *ret, const char *why) {
    ret->tag = EXPORTS_FRAMEGATE_PLUGIN_ACCESS_DECIDER_DECISION_REFUSE;
    plugin_string_dup(&ret->val.refuse, why);
}

void exports_framegate_plugin_access_decider_decide(exports_framegate_plugin_access_decider_borrow_applicant_t applicant,
                                                    exports_framegate_plugin_access_decider_decision_t *ret) {
    plugin_string_t token;
    if (current.token[0] == 0) {
        refuse(ret, "the option `token` is not set");
    } else if (!framegate_plugin_admission_method_applicant_token(applicant, &token)) {
        ret->tag = EXPORTS_FRAMEGATE_PLUGIN_ACCESS_DECIDER_DECISION_CHALLENGE;
    } else {
        if (is_same(&token, current.token)) {
            ret->tag = EXPORTS_FRAMEGATE_PLUGIN_ACCESS_DECIDER_DECISION_ALLOW;
        } else {
            refuse(ret, "another token");
        }
        plugin_string_free(&token);
    }
}

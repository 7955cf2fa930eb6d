#include "sipworker/engine/leg_fsm.h"

#include "lib/base/rt.h"

struct rule {
	enum leg_state from;
	enum leg_event ev;
	enum leg_state to;
	unsigned int actions;
};

static const struct rule caller_rules[] = {
	{ LEG_NEW, LEG_EV_INVITE, LEG_CALLING, 0 },
	{ LEG_NEW, LEG_EV_DROP, LEG_GONE, 0 },

	{ LEG_CALLING, LEG_EV_PROGRESS, LEG_RINGING, 0 },
	{ LEG_CALLING, LEG_EV_ANSWER, LEG_ANSWERED, 0 },
	{ LEG_CALLING, LEG_EV_DROP, LEG_GONE, LEG_DO_REFUSE },
	{ LEG_CALLING, LEG_EV_CANCEL, LEG_GONE, LEG_DO_REFUSE | LEG_TELL_LEFT },
	/* RFC 3261 15: the caller may BYE an early dialog. */
	{ LEG_CALLING, LEG_EV_BYE, LEG_GONE, LEG_DO_REFUSE | LEG_TELL_LEFT },

	{ LEG_RINGING, LEG_EV_PROGRESS, LEG_RINGING, 0 },
	{ LEG_RINGING, LEG_EV_ANSWER, LEG_ANSWERED, 0 },
	{ LEG_RINGING, LEG_EV_DROP, LEG_GONE, LEG_DO_REFUSE },
	{ LEG_RINGING, LEG_EV_CANCEL, LEG_GONE, LEG_DO_REFUSE | LEG_TELL_LEFT },
	{ LEG_RINGING, LEG_EV_BYE, LEG_GONE, LEG_DO_REFUSE | LEG_TELL_LEFT },

	{ LEG_ANSWERED, LEG_EV_ACK, LEG_UP, 0 },
	{ LEG_ANSWERED, LEG_EV_NO_ACK, LEG_LEAVING,
	    LEG_DO_BYE | LEG_TELL_LEFT },
	/* RFC 3261 15: no BYE from the called side before the ACK. */
	{ LEG_ANSWERED, LEG_EV_DROP, LEG_BYE_HELD, 0 },
	{ LEG_ANSWERED, LEG_EV_BYE, LEG_GONE, LEG_TELL_LEFT },

	{ LEG_UP, LEG_EV_DROP, LEG_LEAVING, LEG_DO_BYE },
	{ LEG_UP, LEG_EV_BYE, LEG_GONE, LEG_TELL_LEFT },

	{ LEG_BYE_HELD, LEG_EV_ACK, LEG_LEAVING, LEG_DO_BYE },
	{ LEG_BYE_HELD, LEG_EV_NO_ACK, LEG_LEAVING, LEG_DO_BYE },
	{ LEG_BYE_HELD, LEG_EV_BYE, LEG_GONE, 0 },

	{ LEG_LEAVING, LEG_EV_BYE_DONE, LEG_GONE, 0 },
};

static const struct rule called_rules[] = {
	{ LEG_NEW, LEG_EV_INVITE, LEG_CALLING, 0 },
	{ LEG_NEW, LEG_EV_DROP, LEG_GONE, 0 },
	{ LEG_NEW, LEG_EV_REFUSED, LEG_GONE, LEG_TELL_REFUSED },

	{ LEG_CALLING, LEG_EV_INVITE, LEG_CALLING, 0 }, /* credentials */
	{ LEG_CALLING, LEG_EV_PROGRESS, LEG_RINGING, LEG_TELL_RINGING },
	{ LEG_CALLING, LEG_EV_ANSWER, LEG_UP, LEG_DO_ACK | LEG_TELL_ANSWERED },
	{ LEG_CALLING, LEG_EV_REFUSED, LEG_GONE, LEG_TELL_REFUSED },
	{ LEG_CALLING, LEG_EV_DROP, LEG_CANCELLING, LEG_DO_CANCEL },

	{ LEG_RINGING, LEG_EV_INVITE, LEG_RINGING, 0 },
	{ LEG_RINGING, LEG_EV_PROGRESS, LEG_RINGING, LEG_TELL_RINGING },
	{ LEG_RINGING, LEG_EV_ANSWER, LEG_UP, LEG_DO_ACK | LEG_TELL_ANSWERED },
	{ LEG_RINGING, LEG_EV_REFUSED, LEG_GONE, LEG_TELL_REFUSED },
	{ LEG_RINGING, LEG_EV_DROP, LEG_CANCELLING, LEG_DO_CANCEL },

	/* RFC 5407 3.1.2: the 200 crossed our CANCEL. */
	{ LEG_CANCELLING, LEG_EV_ANSWER, LEG_LEAVING, LEG_DO_ACK | LEG_DO_BYE },
	{ LEG_CANCELLING, LEG_EV_REFUSED, LEG_GONE, 0 },

	{ LEG_UP, LEG_EV_DROP, LEG_LEAVING, LEG_DO_BYE },
	{ LEG_UP, LEG_EV_BYE, LEG_GONE, LEG_TELL_LEFT },

	{ LEG_LEAVING, LEG_EV_BYE_DONE, LEG_GONE, 0 },
};

unsigned int leg_fsm_step(enum leg_side side, enum leg_state *s,
    enum leg_event ev)
{
	const struct rule *r = side == LEG_CALLER ? caller_rules : called_rules;
	const size_t n = side == LEG_CALLER ? RT_ARRAY_LEN(caller_rules)
					    : RT_ARRAY_LEN(called_rules);

	for (size_t i = 0; i < n; i++)
		if (r[i].from == *s && r[i].ev == ev) {
			*s = r[i].to;
			return r[i].actions;
		}
	return 0;
}

const char *leg_fsm_name(enum leg_state s)
{
	static const char *const names[LEG_STATES] = {
		"new",
		"calling",
		"ringing",
		"answered",
		"up",
		"cancelling",
		"bye-held",
		"leaving",
		"gone",
	};

	return (unsigned int)s < LEG_STATES ? names[s] : "gone";
}

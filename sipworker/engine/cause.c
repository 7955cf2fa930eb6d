#include "sipworker/engine/cause.h"

#include "lib/base/scan.h"
#include "sipworker/sip/sip_param.h"

/* Rising; what is not here is FAILED and has the cause of its class. */
static const struct {
	uint16_t status;
	uint8_t q850;
	enum flow_event_kind event;
} rows[] = {
	{ 400, 41, FLOW_EV_FAILED },
	{ 401, 21, FLOW_EV_FAILED },
	{ 402, 21, FLOW_EV_FAILED },
	{ 403, 21, FLOW_EV_FAILED },
	{ 404, 1, FLOW_EV_FAILED },
	{ 405, 63, FLOW_EV_FAILED },
	{ 407, 21, FLOW_EV_FAILED },
	{ 408, 102, FLOW_EV_NO_ANSWER },
	{ 410, 22, FLOW_EV_FAILED },
	{ 480, 18, FLOW_EV_NO_ANSWER },
	{ 484, 28, FLOW_EV_FAILED },
	{ 486, 17, FLOW_EV_BUSY },
	{ 487, 16, FLOW_EV_NO_ANSWER },
	{ 488, 65, FLOW_EV_FAILED },
	{ 500, 41, FLOW_EV_FAILED },
	{ 502, 38, FLOW_EV_FAILED },
	{ 503, 41, FLOW_EV_FAILED },
	{ 504, 102, FLOW_EV_FAILED },
	{ 600, 17, FLOW_EV_BUSY },
	{ 603, 21, FLOW_EV_BUSY },
	{ 604, 1, FLOW_EV_FAILED },
	{ 606, 65, FLOW_EV_FAILED },
};

enum flow_event_kind cause_event(unsigned int status)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (rows[i].status == status)
			return rows[i].event;
	return FLOW_EV_FAILED;
}

/* RFC 3261 16.7 step 6 in the terms of a flow: a person's "no" says more than
 * a busy line, that more than nobody there, that more than a fault. */
static int rank(unsigned int status)
{
	const enum flow_event_kind kind = cause_event(status);

	if (status == 0)
		return -1;
	if (status >= 600)
		return 3;
	if (kind == FLOW_EV_BUSY)
		return 2;
	return kind == FLOW_EV_NO_ANSWER ? 1 : 0;
}

bool cause_is_better(unsigned int status, unsigned int than)
{
	return rank(status) > rank(than);
}

uint8_t cause_q850(unsigned int status)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (rows[i].status == status)
			return rows[i].q850;
	if (status < 300)
		return 16;
	return status < 500 ? 127 : 41;
}

uint8_t cause_reason(const struct sip_msg *m)
{
	struct sip_msg_walk w = { 0 };
	struct slice item, value;
	uint32_t cause;

	while (sip_msg_walk(m, SIP_HDR_REASON, &w, &item)) {
		const size_t semi = slice_find(item, ';', 0);

		if (!slice_eq_case(slice_trim(slice_head(item, semi)),
			SLICE("Q.850")) ||
		    sip_param_find(slice_skip(item, semi), SLICE("cause"),
			&value) != ERR_OK)
			continue;
		if (scan_u32(&value, &cause) == ERR_OK && cause <= 127)
			return (uint8_t)cause;
	}
	return 0;
}

#include "sipworker/engine/prack.h"

#include "sipworker/engine/leg_out.h"
#include "sipworker/sip/sip_body.h"

static uint64_t tag_hash(struct slice tag)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < tag.n; i++)
		h = (h ^ (unsigned char)tag.p[i]) * UINT64_C(1099511628211);
	return h == 0 ? 1 : h;
}

/* A fork beyond the table takes the place of the oldest. */
static struct leg_fork *fork_of(struct leg *l, struct slice tag)
{
	const uint64_t hash = tag_hash(tag);
	struct leg_fork *f;

	for (size_t i = 0; i < LEG_FORKS_MAX; i++)
		if (l->fork[i].tag == hash)
			return &l->fork[i];
	f = &l->fork[l->next_fork++ % LEG_FORKS_MAX];
	*f = (struct leg_fork){ .tag = hash };
	return f;
}

bool prack_take(struct engine *e, struct leg *l, const struct sip_msg *m)
{
	struct leg_fork *f;
	uint32_t rseq;

	if (!sip_msg_lists(m, SIP_HDR_REQUIRE, SLICE("100rel")) ||
	    sip_msg_number(m, SIP_HDR_RSEQ, &rseq) != ERR_OK || rseq == 0)
		return true; /* an ordinary one */
	if (m->to.tag.n == 0)
		return true; /* no dialog to confirm it in */
	f = fork_of(l, m->to.tag);
	if (f->rseq != 0 && rseq != f->rseq + 1)
		return false;
	f->rseq = rseq;
	if (sip_body_sdp(m).n > 0)
		l->early_session = true;
	leg_out_prack(e, l, rseq, m->cseq.number);
	return true;
}

bool prack_wanted(struct leg *l, const struct sip_msg *m)
{
	if (m == NULL || m->status != 421 || l->offers_rel ||
	    !sip_msg_lists(m, SIP_HDR_REQUIRE, SLICE("100rel")))
		return false;
	l->offers_rel = true;
	return true;
}

#include "ctl/ctl_demo.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl_first.h"
#include "lib/base/log.h"

#define READY_US (20 * RT_SEC_US)
#define STOP_US  (10 * RT_SEC_US)

struct places {
	char phone[SETTINGS_ADDR_MAX + 8];
	char carrier[SETTINGS_ADDR_MAX + 8];
	char worker[SETTINGS_ADDR_MAX + 8];
	char number[CTL_FIRST_NUMBER];
};

static void place_of(const struct settings *s, unsigned short port, char *out,
    size_t cap)
{
	(void)snprintf(out, cap, "%s:%hu", s->sip_address, port);
}

static struct ctl_part part_of(const struct ctl_layout *l, const char *name)
{
	const struct ctl_part part = { .name = name,
		.user = l->web_user,
		.group = "-",
		.stop_signal = SIGTERM,
		.stop_us = STOP_US };

	return part;
}

/* What the demonstration company's calls ring. */
static enum err start_phone(struct ctl_sup *sup, const struct ctl_layout *l,
    const struct places *p)
{
	struct ctl_part part = part_of(l, "phone");
	const char *const argv[] = { l->self, "call", "phone", "--listen",
		p->phone, "--ring-ms", "1500", "--talk-ms", "20000", "--play",
		"tone:620", "--rtp-min", "28000", NULL };
	size_t index;
	enum err e;

	memcpy(part.argv, argv, sizeof(argv));
	part.ready = (struct ctl_probe){ CTL_PROBE_UDP, p->phone };
	e = ctl_sup_start(sup, &part, &index);
	return e == ERR_OK ? ctl_sup_ready(sup, index, READY_US) : e;
}

static enum err place_call(struct ctl_sup *sup, const struct ctl_layout *l,
    const struct places *p)
{
	struct ctl_part part = part_of(l, "carrier");
	const char *const argv[] = { l->self, "call", "carrier", "--listen",
		p->carrier, "--target", p->worker, "--number", p->number,
		"--caller", "+14155550142", "--rtp-max", "27999", "--talk-ms",
		"12000", NULL };
	size_t index; /* never waited for: it ends by itself */

	memcpy(part.argv, argv, sizeof(argv));
	log_info("run: placing the demonstration call; see %s/calls",
	    l->settings.public_url);
	return ctl_sup_start(sup, &part, &index);
}

void ctl_demo(struct ctl_sup *sup, const struct ctl_layout *l,
    const struct ctl_seed *seed)
{
	static struct places p; /* outlives the programs */
	const struct settings *s = &l->settings;

	place_of(s, CTL_SEED_PHONE_PORT, p.phone, sizeof(p.phone));
	place_of(s, CTL_SEED_CARRIER_PORT, p.carrier, sizeof(p.carrier));
	place_of(s, (unsigned short)s->sip_port, p.worker, sizeof(p.worker));
	if (ctl_probe_free(p.phone, false) != ERR_OK) {
		log_warn(
		    "run: %s (UDP) is in use, so the demonstration's "
		    "business phone does not answer there",
		    p.phone);
		return;
	}
	if (start_phone(sup, l, &p) != ERR_OK) {
		log_warn(
		    "run: the demonstration's business phone could not be"
		    " started");
		return;
	}
	if (seed->called)
		return;
	if (ctl_first_visit(s, CTL_SEED_SITE_KEY, p.number) == ERR_OK &&
	    place_call(sup, l, &p) != ERR_OK)
		log_warn("run: the demonstration call could not be placed");
}

#include "sipworker/rec_told.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"

#define AGAIN_US RT_MIN_US

struct rec_told_row {
	char name[REC_FILE_NAME_MAX + 1];
	bool failed;
	struct rec_wav_result res;
	int64_t at_us;
};

enum err rec_told_init(struct rec_told *t, uint32_t max)
{
	*t = (struct rec_told){ .max = max };
	t->row = calloc(max, sizeof(*t->row));
	return t->row == NULL ? ERR_NOMEM : ERR_OK;
}

void rec_told_fini(struct rec_told *t)
{
	free(t->row);
	t->row = NULL;
}

static bool say(const struct rec_told_row *t, struct worker_peer *store)
{
	struct msg m = { .kind = MSG_REC_ORPHAN };

	m.u.rec_orphan = (struct msg_rec_orphan){ .name = slice_from(t->name),
		.failed = t->failed,
		.bytes = t->res.bytes,
		.samples = t->res.samples };
	memcpy(m.u.rec_orphan.sha256, t->res.sha256, sizeof(t->res.sha256));
	return worker_peer_send(store, &m, NULL);
}

void rec_told_say(struct rec_told *t, struct worker_peer *store,
    const char *name, bool failed, const struct rec_wav_result *res)
{
	struct rec_told_row *row = &t->row[t->n++ % t->max];

	*row = (struct rec_told_row){ .failed = failed,
		.res = *res,
		.at_us = clk_mono_us() };
	if (!slice_to_cstr(slice_from(name), row->name, sizeof(row->name)) ||
	    !say(row, store))
		log_warn("recorder: not told to the store file=%s", name);
}

bool rec_told_again(const struct rec_told *t, struct worker_peer *store)
{
	const uint32_t n = t->n < t->max ? t->n : t->max;
	const int64_t since_us = clk_mono_us() - AGAIN_US;

	for (uint32_t i = 0; i < n; i++)
		if (t->row[i].at_us > since_us)
			(void)say(&t->row[i], store);
	return n > 0;
}

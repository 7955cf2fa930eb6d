#include "sipworker/rec_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"

#define ROOM_FIRST 64

void rec_sweep_later(struct rec_sweep *s)
{
	if (!s->left_over)
		s->swept_us = clk_mono_us();
	s->left_over = true;
}

void rec_sweep_end(struct rec_sweep *s)
{
	rec_wav_drop(s->wav);
	free(s->one);
	s->wav = NULL;
	s->one = NULL;
	s->n = s->at = s->room = 0;
	s->going = s->more = s->waits = false;
}

static void tell(struct rec_sweep *s, const char *name, bool fresh, enum err e,
    const struct rec_wav_result *res)
{
	beat_round(s->beat, MSG_RECORDER);
	if (e != ERR_OK)
		rec_sweep_later(s);
	/* That it failed before was said then. */
	if (e == ERR_OK || fresh)
		s->done(s->arg, name, e, res);
}

/* --- looking ---------------------------------------------------------------*/

static enum err make_room(struct rec_sweep *s)
{
	const size_t room = s->room == 0 ? ROOM_FIRST : s->room * 2;
	struct rec_sweep_one *bigger;

	if (s->n < s->room)
		return ERR_OK;
	if (room > REC_SWEEP_MAX)
		return ERR_TOOBIG;
	bigger = realloc(s->one, room * sizeof(*bigger));
	if (bigger == NULL)
		return ERR_NOMEM;
	s->one = bigger;
	s->room = room;
	return ERR_OK;
}

static enum err put(struct rec_sweep *s, const char *name, bool fresh)
{
	struct rec_sweep_one *one;
	enum err e = make_room(s);

	if (e != ERR_OK)
		return e;
	one = &s->one[s->n++];
	(void)snprintf(one->name, sizeof(one->name), "%s", name);
	one->fresh = fresh;
	return ERR_OK;
}

static void found(void *arg, const struct rec_file_marker *m)
{
	const struct rec_wav_result nothing = { 0 };
	struct rec_sweep *s = arg;
	enum err e = ERR_OK;

	beat_round(s->beat, MSG_RECORDER);
	if (s->is_open(s->arg, m->name))
		return;
	if (s->rings != NULL)
		e = rec_replay_put(s->dirfd, m, s->rings);
	if (e != ERR_OK)
		tell(s, m->name, s->first, e, &nothing);
	else if (put(s, m->name, s->first) != ERR_OK)
		s->more = true;
}

static void begin(struct rec_sweep *s, const struct rec_replay *rings)
{
	rec_sweep_end(s);
	s->left_over = false;
	s->swept_us = clk_mono_us();
	s->first = s->wanted;
	s->rings = s->wanted ? rings : NULL;
	s->wanted = false;
	s->going = true;
	if (rec_file_orphans(s->dirfd, found, s) != ERR_OK || s->more) {
		log_error("recorder: cannot look for all orphans");
		rec_sweep_later(s);
	}
	s->rings = NULL;
}

/* --- finishing -------------------------------------------------------------*/

enum err rec_sweep_add(struct rec_sweep *s, const char *name)
{
	enum err e;

	if (!s->going) { /* what is in the list is done */
		s->at = s->n = 0;
		s->first = false;
	}
	/* Its recorder has left it to us, and said nothing. */
	if ((e = put(s, name, true)) != ERR_OK) {
		rec_sweep_later(s);
		return e;
	}
	s->going = true;
	return ERR_OK;
}

static void end_one(struct rec_sweep *s, enum err e,
    const struct rec_wav_result *res)
{
	const struct rec_sweep_one *one = &s->one[s->at];

	s->wav = NULL;
	tell(s, one->name, one->fresh, e, res);
	s->at++;
}

static void piece(struct rec_sweep *s)
{
	struct rec_wav_result res = { 0 };
	enum err e;

	if (s->wav == NULL && s->is_open(s->arg, s->one[s->at].name)) {
		s->at++; /* since it was noted */
	} else if (s->wav == NULL) {
		e = rec_wav_left(&s->wav, s->dirfd, s->one[s->at].name);
		if (e != ERR_OK)
			end_one(s, e, &res);
	} else {
		const enum rec_wav_back b =
		    rec_wav_catch_up(s->wav, REC_SWEEP_FRAMES);

		s->waits = b == REC_WAV_BACK_WAITS;
		if (b != REC_WAV_BACK_DONE)
			return;
		e = rec_wav_finish(s->wav, 0, &res);
		end_one(s, e, &res);
	}
}

bool rec_sweep_turn(struct rec_sweep *s, const struct rec_replay *rings,
    bool may_retry)
{
	const bool due = may_retry && s->left_over && !s->going &&
			 clk_mono_us() - s->swept_us > REC_SWEEP_RETRY_US;

	if (s->wanted || due)
		begin(s, rings);
	if (!s->going)
		return false;
	if (s->at < s->n)
		piece(s);
	s->going = s->at < s->n;
	return !s->going && s->first;
}

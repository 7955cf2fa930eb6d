#include "lib/core/flow_keys.h"

#include <string.h>

#include "lib/core/geo.h"
#include "lib/core/snap.h"

enum phase {
	PHASE_NONE,
	PHASE_ERROR,    /* "that was no valid key" */
	PHASE_QUESTION, /* the prompt itself */
	PHASE_DIGIT,    /* the challenge's digit, after its prompt */
	PHASE_WAIT
};

/* Where a type keeps what the three have in common. */
struct asking {
	uint8_t prompt;
	uint8_t invalid_prompt;
	uint8_t silence_prompt;
	uint8_t invalid_tries;
	uint8_t silence_tries;
	uint8_t wait_s;
	uint8_t invalid; /* branches */
	uint8_t silence;
};

static const struct asking menu = { FLOW_MENU_PROMPT, FLOW_MENU_INVALID_PROMPT,
	FLOW_MENU_SILENCE_PROMPT, FLOW_MENU_INVALID_TRIES,
	FLOW_MENU_SILENCE_TRIES, FLOW_MENU_WAIT_S, FLOW_MENU_INVALID,
	FLOW_MENU_SILENCE };
static const struct asking gather = { FLOW_GATHER_PROMPT,
	FLOW_GATHER_INVALID_PROMPT, FLOW_GATHER_SILENCE_PROMPT,
	FLOW_GATHER_INVALID_TRIES, FLOW_GATHER_SILENCE_TRIES,
	FLOW_GATHER_WAIT_S, FLOW_GATHER_INVALID, FLOW_GATHER_SILENCE };
static const struct asking challenge = { FLOW_CHALLENGE_PROMPT,
	FLOW_CHALLENGE_WRONG_PROMPT, FLOW_CHALLENGE_WRONG_PROMPT,
	FLOW_CHALLENGE_TRIES, FLOW_CHALLENGE_TRIES, FLOW_CHALLENGE_WAIT_S,
	FLOW_CHALLENGE_FAIL, FLOW_CHALLENGE_SILENCE };

static void wait_for_key(struct flow_act *a, const struct asking *q)
{
	a->s->phase = PHASE_WAIT;
	a->s->wait = 0;
	flow_act_patience(a, flow_view_num(&a->v, q->wait_s) * 1000);
}

/* The prompt; without one, straight to waiting. */
static void ask(struct flow_act *a, const struct asking *q)
{
	const uint32_t prompt = flow_view_num(&a->v, q->prompt);

	if (q == &gather)
		a->s->n_digits = 0;
	if (prompt == FLOW_NO_PROMPT) {
		flow_act_answer(a);
		wait_for_key(a, q);
		return;
	}
	a->s->phase = PHASE_QUESTION;
	flow_act_play(a, prompt);
}

static void ask_again(struct flow_act *a, const struct asking *q,
    uint8_t error_param)
{
	const uint32_t prompt = flow_view_num(&a->v, error_param);

	if (prompt == FLOW_NO_PROMPT) {
		ask(a, q);
		return;
	}
	a->s->phase = PHASE_ERROR;
	flow_act_play(a, prompt);
}

static void wrong(struct flow_act *a, const struct asking *q, uint32_t key)
{
	flow_act_trace(a, FLOW_TRACE_WRONG, key);
	if (++a->s->invalid >= flow_view_num(&a->v, q->invalid_tries))
		flow_act_leave(a, q->invalid);
	else
		ask_again(a, q, q->invalid_prompt);
}

static void silent(struct flow_act *a, const struct asking *q)
{
	flow_act_trace(a, FLOW_TRACE_SILENT, 0);
	if (++a->s->silent >= flow_view_num(&a->v, q->silence_tries))
		flow_act_leave(a, q->silence);
	else
		ask_again(a, q, q->silence_prompt);
}

static void begin(struct flow_act *a, const struct asking *q)
{
	a->s->invalid = 0;
	a->s->silent = 0;
	ask(a, q);
}

/* A prompt has ended. True when it was so. */
static bool played(struct flow_act *a, const struct asking *q,
    const struct flow_event *ev)
{
	if (!flow_act_is(a, ev, FLOW_EV_PLAYED))
		return false;
	if (a->s->phase == PHASE_ERROR)
		ask(a, q);
	else
		wait_for_key(a, q);
	return true;
}

/* A key of the caller's; what it hears ends. */
static bool key(struct flow_act *a, const struct asking *q,
    const struct flow_event *ev)
{
	if (ev->kind != FLOW_EV_DIGIT || ev->ticket != FLOW_CALLER_LEG)
		return false;
	if (a->s->phase != PHASE_WAIT) {
		flow_act_stop(a);
		wait_for_key(a, q);
	}
	return true;
}

/* --- menu ------------------------------------------------------------------*/

/* Keeps the way back: a menu passed before cuts it short. */
static void remember(struct flow_state *s)
{
	for (uint8_t i = 0; i < s->n_menus; i++)
		if (s->menu[i] == s->step) {
			s->n_menus = (uint8_t)(i + 1);
			return;
		}
	if (s->n_menus == FLOW_MENUS_MAX) {
		memmove(s->menu, s->menu + 1,
		    sizeof(s->menu) - sizeof(s->menu[0]));
		s->n_menus--;
	}
	s->menu[s->n_menus++] = s->step;
}

void flow_keys_menu(struct flow_act *a)
{
	remember(a->s);
	begin(a, &menu);
}

static void choose(struct flow_act *a, uint32_t digit)
{
	const size_t n = flow_view_items(&a->v, 0);

	for (size_t i = 0; i < n; i++)
		if (flow_view_item_num(&a->v, 0, i, FLOW_KEY_KEY) == digit) {
			flow_act_alive(a);
			flow_act_leave(a, (uint16_t)(FLOW_ITEM + i));
			return;
		}
	wrong(a, &menu, digit);
}

void flow_keys_menu_event(struct flow_act *a, const struct flow_event *ev)
{
	if (played(a, &menu, ev))
		return;
	if (key(a, &menu, ev))
		choose(a, ev->value);
	else if (flow_act_is_late(a, ev))
		silent(a, &menu);
}

/* --- gather ----------------------------------------------------------------*/

void flow_keys_gather(struct flow_act *a)
{
	a->s->digits[0] = '\0';
	begin(a, &gather);
}

static struct slice gathered(const struct flow_state *s)
{
	return slice_of(s->digits, s->n_digits);
}

/* Numbering plan: NXX NXX XXXX, a leading 1 allowed. */
static bool is_phone(struct slice d)
{
	if (d.n == 11 && d.p[0] == '1')
		d = slice_skip(d, 1);
	return d.n == 10 && d.p[0] >= '2' && d.p[3] >= '2';
}

static bool fits(const struct flow_act *a)
{
	const struct slice d = gathered(a->s);
	struct geo_place place;

	if (d.n < flow_view_num(&a->v, FLOW_GATHER_MIN))
		return false;
	switch ((enum flow_pattern)flow_view_num(&a->v, FLOW_GATHER_PATTERN)) {
	case FLOW_PATTERN_ZIP:
		return geo_of_zip(d, &place);
	case FLOW_PATTERN_PHONE:
		return is_phone(d);
	case FLOW_PATTERN_ANY:
		break;
	}
	return true;
}

/* "80202" or "80*". */
static bool matches(struct slice pattern, struct slice digits)
{
	if (slice_ends(pattern, SLICE("*")))
		return slice_starts(digits, slice_head(pattern, pattern.n - 1));
	return slice_eq(pattern, digits);
}

static void keep(struct flow_act *a)
{
	struct flow_do *d = flow_act_add(a, FLOW_DO_STORE);

	a->s->digits[a->s->n_digits] = '\0';
	d->text = flow_view_text(&a->v, FLOW_GATHER_NAME);
	if (d->text.n == 0)
		d->text = flow_view_key(&a->v);
	d->u.digits = a->s->digits;
	d->value = flow_view_num(&a->v, FLOW_GATHER_TAG);
}

static void complete(struct flow_act *a)
{
	const size_t n = flow_view_items(&a->v, 0);
	uint16_t way = FLOW_GATHER_NEXT;

	a->s->due_us = FLOW_ACT_NEVER;
	if (!fits(a)) {
		wrong(a, &gather, 0);
		return;
	}
	keep(a);
	flow_act_alive(a);
	for (size_t i = n; i-- > 0;)
		if (matches(flow_view_item_text(&a->v, 0, i, FLOW_MATCH_DIGITS),
			gathered(a->s)))
			way = (uint16_t)(FLOW_ITEM + i);
	flow_act_leave(a, way);
}

static void add_digit(struct flow_act *a, uint32_t digit)
{
	struct flow_state *s = a->s;
	const uint32_t max = flow_view_num(&a->v, FLOW_GATHER_MAX);

	if (digit == '*') { /* begins again */
		s->n_digits = 0;
		flow_act_patience(a,
		    flow_view_num(&a->v, FLOW_GATHER_WAIT_S) * 1000);
		return;
	}
	if (digit == '#') {
		if (flow_view_num(&a->v, FLOW_GATHER_STOP) == 0)
			complete(a);
		return;
	}
	if (digit < '0' || digit > '9')
		return;
	if (s->n_digits < FLOW_DIGITS_MAX)
		s->digits[s->n_digits++] = (char)digit;
	if (s->n_digits >= max || s->n_digits == FLOW_DIGITS_MAX)
		complete(a);
	else
		flow_act_patience(a,
		    flow_view_num(&a->v, FLOW_GATHER_GAP_S) * 1000);
}

void flow_keys_gather_event(struct flow_act *a, const struct flow_event *ev)
{
	if (played(a, &gather, ev))
		return;
	if (key(a, &gather, ev))
		add_digit(a, ev->value);
	else if (!flow_act_is_late(a, ev))
		return;
	else if (a->s->n_digits == 0)
		silent(a, &gather);
	else
		complete(a);
}

/* --- challenge -------------------------------------------------------------*/

/* The prompt that says the digit, in the language of the question: made for
 * every call, so its key is known. */
static uint32_t digit_prompt(struct flow_act *a)
{
	const uint32_t row = flow_view_num(&a->v, FLOW_CHALLENGE_PROMPT);
	const struct snap *snap = a->env->snap;
	struct snap_prompt p;
	char mem[48];
	struct buf b;

	if (snap == NULL || row >= snap->section[SNAP_PROMPTS].count)
		return FLOW_NO_PROMPT;
	snap_prompt_at(snap, row, &p);
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "digit.");
	buf_put(&b, p.language);
	buf_char(&b, '.');
	buf_char(&b, a->s->expected);
	return snap_find_prompt(snap, buf_slice(&b));
}

void flow_keys_challenge(struct flow_act *a)
{
	a->s->expected = (char)('0' + flow_act_dice(a, 10));
	/* Nothing to say it with: better let a robot in than a customer out. */
	if (digit_prompt(a) == FLOW_NO_PROMPT)
		flow_act_leave(a, FLOW_CHALLENGE_PASS);
	else
		begin(a, &challenge);
}

static void say_digit(struct flow_act *a)
{
	a->s->phase = PHASE_DIGIT;
	flow_act_play(a, digit_prompt(a));
}

void flow_keys_challenge_event(struct flow_act *a, const struct flow_event *ev)
{
	if (a->s->phase == PHASE_QUESTION &&
	    flow_act_is(a, ev, FLOW_EV_PLAYED)) {
		say_digit(a);
		return;
	}
	if (played(a, &challenge, ev))
		return;
	if (key(a, &challenge, ev)) {
		if (ev->value != (unsigned char)a->s->expected) {
			wrong(a, &challenge, ev->value);
			return;
		}
		flow_act_alive(a);
		flow_act_leave(a, FLOW_CHALLENGE_PASS);
	} else if (flow_act_is_late(a, ev)) {
		silent(a, &challenge);
	}
}

#include "sipworker/engine/turns.h"

/* FNV-1a */
uint64_t turns_of(struct slice name)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * UINT64_C(1099511628211);
	return h != 0 ? h : 1;
}

/* NULL: it is not known. */
static struct turns_row *find(struct turns *t, uint64_t of)
{
	struct turns_row *r = &t->row[of % TURNS_MAX];

	return r->of == of ? r : NULL;
}

static struct turns_row *make(struct turns *t, uint64_t of, uint32_t begin)
{
	struct turns_row *r = &t->row[of % TURNS_MAX];

	if (r->of != of)
		*r = (struct turns_row){ .of = of, .own = begin };
	return r;
}

uint32_t turns_own(struct turns *t, uint64_t of, uint32_t begin)
{
	return make(t, of, begin)->own++;
}

void turns_owe(struct turns *t, uint64_t of, uint32_t turn)
{
	struct turns_row *r = find(t, of);

	if (r != NULL && r->n_owed < TURNS_OWED)
		r->owed[r->n_owed++] = turn;
}

bool turns_take(struct turns *t, uint64_t of, uint32_t *turn)
{
	struct turns_row *r = find(t, of);

	if (r == NULL || r->n_owed == 0)
		return false;
	*turn = r->owed[--r->n_owed];
	return true;
}

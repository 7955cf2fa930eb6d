/* Answers that become ready: in order, for the right thread, and it is woken
 * however many threads fill its box at once. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "cgi/web/later.h"
#include "tests/support/cm.h"

#define BOXES (LATER_BOXES_MAX + 4) /* more than one call remembers */
#define MANY  20000
#define HANDS 4

static bool is_readable(const struct later_box *b)
{
	struct pollfd p = { .fd = b->fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void test_order(void **state)
{
	struct later all[5], *got;
	struct later_box box;

	(void)state;
	assert_int_equal(later_box_init(&box), ERR_OK);
	assert_null(later_box_take(&box));
	assert_false(is_readable(&box));
	for (size_t i = 0; i < 5; i++)
		all[i] = (struct later){ i < 2 ? &all[i + 1] : NULL, &box };
	later_ready(&all[0]); /* three */
	all[3].next = &all[4];
	later_ready(&all[3]); /* two more, not yet taken */
	assert_true(is_readable(&box));
	got = later_box_take(&box);
	for (size_t i = 0; i < 5; i++, got = got->next)
		assert_ptr_equal(got, &all[i]);
	assert_null(got);
	assert_false(is_readable(&box));
	later_box_wake(&box);
	assert_true(is_readable(&box));
	assert_null(later_box_take(&box));
	later_ready(NULL);
	assert_false(is_readable(&box));
	later_box_fini(&box);
}

/* Every box of one call is woken, and holds its own. */
static void test_boxes(void **state)
{
	static struct later_box boxes[BOXES];
	static struct later all[3 * BOXES];

	(void)state;
	for (size_t i = 0; i < BOXES; i++)
		assert_int_equal(later_box_init(&boxes[i]), ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		all[i] = (struct later){ i + 1 < RT_ARRAY_LEN(all) ? &all[i + 1]
								   : NULL,
			&boxes[i % BOXES] };
	later_ready(&all[0]);
	for (size_t i = 0; i < BOXES; i++) {
		struct later *l;
		size_t n = 0;

		assert_true(is_readable(&boxes[i]));
		for (l = later_box_take(&boxes[i]); l != NULL; l = l->next)
			assert_ptr_equal(l, &all[i + n++ * BOXES]);
		assert_int_equal(n, 3);
		later_box_fini(&boxes[i]);
	}
}

struct hand {
	pthread_t thread;
	struct later *mine;
};

static void *give(void *arg)
{
	struct hand *h = arg;

	for (size_t i = 0; i < MANY; i++)
		later_ready(&h->mine[i]);
	return NULL;
}

/* A thread that sleeps until its box is readable misses none. */
static void test_woken(void **state)
{
	struct later_box box;
	struct hand hands[HANDS];
	size_t got = 0;

	(void)state;
	assert_int_equal(later_box_init(&box), ERR_OK);
	for (size_t i = 0; i < HANDS; i++) {
		hands[i].mine = calloc(MANY, sizeof(*hands[i].mine));
		assert_non_null(hands[i].mine);
		for (size_t k = 0; k < MANY; k++)
			hands[i].mine[k].box = &box;
		assert_int_equal(pthread_create(&hands[i].thread, NULL, give,
				     &hands[i]),
		    0);
	}
	while (got < (size_t)HANDS * MANY) {
		struct pollfd p = { .fd = box.fd, .events = POLLIN };

		assert_int_equal(poll(&p, 1, 60000), 1);
		for (struct later *l = later_box_take(&box); l != NULL;
		     l = l->next)
			got++;
	}
	assert_int_equal(got, (size_t)HANDS * MANY);
	for (size_t i = 0; i < HANDS; i++) {
		(void)pthread_join(hands[i].thread, NULL);
		free(hands[i].mine);
	}
	assert_null(later_box_take(&box));
	later_box_fini(&box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_boxes),
		cmocka_unit_test(test_woken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/support/fail_alloc.h"

#include <stdatomic.h>
#include <stddef.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

/* The program that is tested may have threads. */
static _Atomic bool armed, hit;
static _Atomic unsigned int left;

void fail_alloc_after(unsigned int n)
{
	atomic_store(&hit, false);
	atomic_store(&left, n);
	atomic_store(&armed, true);
}

bool fail_alloc_end(void)
{
	atomic_store(&armed, false);
	return atomic_load(&hit);
}

static bool refuse(void)
{
	unsigned int n;

	if (!atomic_load(&armed))
		return false;
	n = atomic_load(&left);
	while (n > 0)
		if (atomic_compare_exchange_weak(&left, &n, n - 1))
			return false;
	atomic_store(&hit, true);
	return true;
}

void *__wrap_malloc(size_t n)
{
	return refuse() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return refuse() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return refuse() ? NULL : __real_realloc(p, n);
}

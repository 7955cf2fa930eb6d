#include "tests/support/fail_alloc.h"

#include <stddef.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static bool armed, hit;
static unsigned int left;

void fail_alloc_after(unsigned int n)
{
	armed = true;
	hit = false;
	left = n;
}

bool fail_alloc_end(void)
{
	armed = false;
	return hit;
}

static bool refuse(void)
{
	if (!armed)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	hit = true;
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

#include "lib/snd/snd_mem.h"

#include <string.h>

static struct slice all(const struct snd_mem *m)
{
	return m->out != NULL ? slice_skip(buf_slice(m->out), m->begin) : m->in;
}

static sf_count_t length(void *arg)
{
	return (sf_count_t)all(arg).n;
}

static sf_count_t seek(sf_count_t offset, int whence, void *arg)
{
	struct snd_mem *m = arg;
	const sf_count_t n = length(arg);
	const sf_count_t from = whence == SEEK_SET   ? 0
				: whence == SEEK_CUR ? (sf_count_t)m->at
						     : n;

	/* A hostile header may ask for anything. */
	if (offset < -from || offset > n - from)
		return -1;
	m->at = (size_t)(from + offset);
	return (sf_count_t)m->at;
}

static sf_count_t take(void *to, sf_count_t count, void *arg)
{
	struct snd_mem *m = arg;
	const struct slice rest = slice_skip(all(m), m->at);
	size_t n = count > 0 ? (size_t)count : 0;

	if (n > rest.n)
		n = rest.n;
	if (n > 0)
		memcpy(to, rest.p, n);
	m->at += n;
	return (sf_count_t)n;
}

static sf_count_t give(const void *from, sf_count_t count, void *arg)
{
	struct snd_mem *m = arg;
	const size_t n = count > 0 ? (size_t)count : 0;
	size_t over;

	if (m->out == NULL)
		return 0;
	over = all(m).n - m->at;
	if (over > n)
		over = n;
	if (over > 0)
		memcpy(m->out->p + m->begin + m->at, from, over);
	buf_bytes(m->out, (const char *)from + over, n - over);
	if (buf_err(m->out) != ERR_OK)
		return 0;
	m->at += n;
	return (sf_count_t)n;
}

static sf_count_t tell(void *arg)
{
	const struct snd_mem *m = arg;

	return (sf_count_t)m->at;
}

SNDFILE *snd_mem_open(struct snd_mem *m, SF_INFO *info)
{
	static SF_VIRTUAL_IO calls = { length, seek, take, give, tell };

	m->begin = m->out != NULL ? m->out->n : 0;
	return sf_open_virtual(&calls, m->out != NULL ? SFM_WRITE : SFM_READ,
	    info, m);
}

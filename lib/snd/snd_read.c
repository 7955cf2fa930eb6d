#include "lib/snd/snd_read.h"

#include <sndfile.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"

#define CHANNELS_MAX 8

struct snd_read {
	SNDFILE *file;
	int fd;
};

enum err snd_read_open(struct snd_read **out, int fd, struct snd_info *info)
{
	struct snd_read *r = calloc(1, sizeof(*r));
	SF_INFO sf = { 0 };

	if (r == NULL) {
		(void)close(fd); /* read only */
		return ERR_NOMEM;
	}
	r->fd = fd;
	r->file = sf_open_fd(fd, SFM_READ, &sf, SF_FALSE);
	if (r->file == NULL || sf.channels < 1 || sf.channels > CHANNELS_MAX ||
	    sf.samplerate < 1 || sf.frames < 0) {
		snd_read_close(r);
		return ERR_SYNTAX;
	}
	*info = (struct snd_info){ (unsigned int)sf.samplerate,
		(unsigned int)sf.channels, (uint64_t)sf.frames };
	*out = r;
	return ERR_OK;
}

enum err snd_read_pcm(struct snd_read *r, int16_t *pcm, size_t frames,
    size_t *got)
{
	const sf_count_t n = sf_readf_short(r->file, pcm, (sf_count_t)frames);

	if (n < 0 || sf_error(r->file) != SF_ERR_NO_ERROR) {
		log_error("snd: read: %s", sf_strerror(r->file));
		return ERR_IO;
	}
	*got = (size_t)n;
	return ERR_OK;
}

void snd_read_close(struct snd_read *r)
{
	if (r == NULL)
		return;
	if (r->file != NULL)
		(void)sf_close(r->file); /* read only */
	(void)close(r->fd);
	free(r);
}

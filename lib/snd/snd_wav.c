#include "lib/snd/snd_wav.h"

#include <errno.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"

/* Codes of the format chunk (RFC 2361). */
#define WAVE_FORMAT_MULAW 7
/* Chunks in front of the samples: none writes more than a handful. */
#define CHUNKS_MAX 32

/* Between two headers: each is a write and two seeks. */
#define HEADER_FRAMES (5 * SND_WAV_RATE_HZ)

struct snd_wav {
	SNDFILE *file;
	int fd;
	size_t unsaid; /* frames that no header speaks of */
};

static enum err open_file(struct snd_wav **out, int fd, int mode, SF_INFO *info)
{
	struct snd_wav *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		(void)close(fd); /* nothing was written */
		return ERR_NOMEM;
	}
	w->fd = fd;
	/* From elsewhere it would take the file for one embedded in another. */
	(void)lseek(fd, 0, SEEK_SET);
	w->file = sf_open_fd(fd, mode, info, SF_FALSE);
	if (w->file == NULL) {
		log_error("snd: open: %s", sf_strerror(NULL));
		snd_wav_drop(w);
		return ERR_IO;
	}
	*out = w;
	return ERR_OK;
}

enum err snd_wav_create(struct snd_wav **out, int fd)
{
	SF_INFO info = { .samplerate = SND_WAV_RATE_HZ,
		.channels = SND_WAV_CHANNELS,
		.format = SF_FORMAT_WAV | SF_FORMAT_ULAW };
	struct snd_wav *w;
	enum err e;

	if ((e = open_file(&w, fd, SFM_WRITE, &info)) != ERR_OK)
		return e;
	/* A valid, empty file from the first moment on. */
	(void)sf_command(w->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
	*out = w;
	return ERR_OK;
}

enum err snd_wav_resume(struct snd_wav **out, int fd)
{
	SF_INFO info = { 0 };
	struct snd_wav *w;
	enum err e;

	if ((e = open_file(&w, fd, SFM_RDWR, &info)) != ERR_OK)
		return e;
	if (info.format != (SF_FORMAT_WAV | SF_FORMAT_ULAW) ||
	    info.channels != SND_WAV_CHANNELS ||
	    info.samplerate != SND_WAV_RATE_HZ) {
		snd_wav_drop(w);
		return ERR_SYNTAX;
	}
	if (sf_seek(w->file, 0, SEEK_END | SFM_WRITE) == -1) {
		log_error("snd: seek: %s", sf_strerror(w->file));
		snd_wav_drop(w);
		return ERR_IO;
	}
	*out = w;
	return ERR_OK;
}

enum err snd_wav_append(struct snd_wav *w, const uint8_t *ulaw, size_t frames)
{
	const sf_count_t n = (sf_count_t)(frames * SND_WAV_CHANNELS);

	if (sf_write_raw(w->file, ulaw, n) != n) {
		log_error("snd: write: %s", sf_strerror(w->file));
		return ERR_IO;
	}
	w->unsaid += frames;
	if (w->unsaid >= HEADER_FRAMES) {
		(void)sf_command(w->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
		w->unsaid = 0;
	}
	return ERR_OK;
}

enum err snd_wav_finish(struct snd_wav *w)
{
	enum err e = ERR_OK;

	if (sf_close(w->file) != 0) {
		log_error("snd: close failed");
		e = ERR_IO;
	}
	w->file = NULL;
	if (fsync(w->fd) == -1) {
		log_sys("snd: sync");
		e = ERR_IO;
	}
	if (close(w->fd) == -1) {
		log_sys("snd: close");
		e = ERR_IO;
	}
	free(w);
	return e;
}

void snd_wav_drop(struct snd_wav *w)
{
	if (w == NULL)
		return;
	if (w->file != NULL)
		(void)sf_close(w->file); /* the caller has given it up */
	if (w->fd != -1)
		(void)close(w->fd);
	free(w);
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static enum err put_le32(int fd, uint64_t at, uint64_t value)
{
	const uint8_t b[4] = { (uint8_t)value, (uint8_t)(value >> 8),
		(uint8_t)(value >> 16), (uint8_t)(value >> 24) };

	if (pwrite(fd, b, sizeof(b), (off_t)at) != (ssize_t)sizeof(b)) {
		log_sys("snd: repair");
		return ERR_IO;
	}
	return ERR_OK;
}

/* The fmt chunk of the one form we write. */
static bool is_our_format(int fd, uint64_t at, uint32_t size)
{
	uint8_t f[16];

	if (size < sizeof(f) ||
	    pread(fd, f, sizeof(f), (off_t)at) != (ssize_t)sizeof(f))
		return false;
	return (f[0] | f[1] << 8) == WAVE_FORMAT_MULAW &&
	       (f[2] | f[3] << 8) == SND_WAV_CHANNELS &&
	       le32(f + 4) == SND_WAV_RATE_HZ;
}

/* Walks the chunks to the samples: *at is their first byte. */
static enum err find_data(int fd, uint64_t length, uint64_t *at, uint32_t *size)
{
	bool format = false;
	uint8_t head[12];
	uint64_t p = 12;

	if (pread(fd, head, 12, 0) != 12 || memcmp(head, "RIFF", 4) != 0 ||
	    memcmp(head + 8, "WAVE", 4) != 0)
		return ERR_SYNTAX;
	for (int i = 0; i < CHUNKS_MAX && p + 8 <= length; i++) {
		uint32_t n;

		if (pread(fd, head, 8, (off_t)p) != 8)
			return ERR_SYNTAX;
		n = le32(head + 4);
		if (memcmp(head, "fmt ", 4) == 0)
			format = is_our_format(fd, p + 8, n);
		if (memcmp(head, "data", 4) == 0) {
			*at = p + 8;
			*size = n;
			return format ? ERR_OK : ERR_SYNTAX;
		}
		p += 8 + (uint64_t)n + (n & 1); /* chunks are even */
	}
	return ERR_SYNTAX;
}

enum err snd_wav_repair(int fd, uint64_t *offset, uint64_t *frames)
{
	uint64_t at = 0, have;
	uint32_t size = 0;
	struct stat st;
	enum err e;

	if (fstat(fd, &st) == -1) {
		log_sys("snd: stat");
		return ERR_IO;
	}
	if ((e = find_data(fd, (uint64_t)st.st_size, &at, &size)) != ERR_OK)
		return e;
	have = ((uint64_t)st.st_size - at) & ~UINT64_C(1);
	/* Smaller than the file: other chunks follow, or samples that no
	 * header spoke of yet. Only a size of whole frames that is followed by
	 * a chunk counts as consistent. */
	if (size > 0 && size < have && at + size + 8 <= (uint64_t)st.st_size) {
		uint8_t next[4];

		if (pread(fd, next, 4, (off_t)(at + size)) == 4 &&
		    memcmp(next, "LIST", 4) == 0)
			have = size;
	}
	if (size != have) {
		if (have > UINT32_MAX - at)
			return ERR_RANGE;
		if ((e = put_le32(fd, at - 4, have)) != ERR_OK ||
		    (e = put_le32(fd, 4, at + have - 8)) != ERR_OK)
			return e;
	}
	*offset = at;
	*frames = have / SND_WAV_CHANNELS;
	return ERR_OK;
}

int16_t snd_wav_pcm(uint8_t ulaw)
{
	const unsigned int u = (uint8_t)~ulaw;
	const int magnitude =
	    (int)((((u & 15) << 3) + 0x84) << (u >> 4 & 7)) - 0x84;

	return (int16_t)((u & 0x80) != 0 ? -magnitude : magnitude);
}

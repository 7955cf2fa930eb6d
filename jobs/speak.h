/*
 * speak.h - text to speech by the programs of lib/core/voice.
 *
 * Beside the supervisor this is the one place that starts a program: a fixed
 * path, a fixed list of words, no shell. The text goes in and the sound comes
 * out through two nameless files, so that neither appears in a list of
 * processes or in a folder. The program gets SPEAK_CPU_S of processor, 1 GiB
 * of memory and SPEAK_DEADLINE_US of time; what it starts ends with it. Of its
 * sound SPEAK_FILE_MAX bytes are taken at most.
 */
#ifndef RT_JOBS_SPEAK_H
#define RT_JOBS_SPEAK_H

#include "lib/base/buf.h"
#include "lib/base/clk.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/voice.h"

#define SPEAK_FILE_MAX    ((size_t)32 << 20)
#define SPEAK_CPU_S       20
#define SPEAK_DEADLINE_US (60 * RT_SEC_US)

/* Appends a WAV file to out. dir: where the nameless files are made.
 * ERR_UNSUPPORTED: the program is not installed; ERR_UNAVAILABLE: it was
 * killed or took too long; ERR_SYNTAX: it refused the text; ERR_IO. Logged. */
RT_MUST_USE enum err speak(const struct voice *voice, struct slice text,
    const char *dir, struct buf *out);

#endif

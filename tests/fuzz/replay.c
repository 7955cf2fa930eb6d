/*
 * replay.c - runs one fuzz target over every file of the folders it is given,
 * and over all their prefixes up to a limit: what `make check` does without
 * libFuzzer.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	size_t n;

	if (f == NULL)
		return -1;
	data = malloc(FILE_MAX);
	if (data == NULL) {
		(void)fclose(f);
		return -1;
	}
	n = fread(data, 1, FILE_MAX, f);
	(void)fclose(f);
	/* An exact-size copy lets the sanitizer see one byte too far. */
	for (size_t cut = n; cut <= n; cut = n > 512 ? cut / 2 : cut - 1) {
		uint8_t *exact = malloc(cut == 0 ? 1 : cut);

		if (exact == NULL)
			break;
		for (size_t i = 0; i < cut; i++)
			exact[i] = data[i];
		(void)LLVMFuzzerTestOneInput(exact, cut);
		free(exact);
		if (cut == 0)
			break;
	}
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		const struct dirent *ent;

		while (d != NULL && (ent = readdir(d)) != NULL) {
			char path[1024];

			if (ent->d_name[0] == '.')
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", argv[i],
			    ent->d_name);
			if (replay_file(path) == 0)
				files++;
		}
		if (d != NULL)
			(void)closedir(d);
	}
	/* A target without a corpus tests nothing and must not look green. */
	if (files == 0) {
		printf("not ok 1 - no corpus file\n1..1\n");
		return 1;
	}
	printf("ok 1 - replayed %u files\n1..1\n", files);
	return 0;
}

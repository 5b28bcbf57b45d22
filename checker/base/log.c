// Messages on stderr: built in one buffer and written at once, so that workers do not mix lines.
#include "checker/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void log_message(enum log_level level, const char *format, ...) {
    static const char *const names[] = {"error", "warning", "info", "debug"};
    char text[4096];
    int head = snprintf(text, sizeof text, "threadlint: %s: ", names[level]);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text + head, sizeof text - (size_t)head - 1, format, args);
    va_end(args);
    for (char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
            *p = '?';
        }
    }
    size_t len = strlen(text);
    text[len] = '\n';
    (void)fwrite(text, 1, len + 1, stderr);
}

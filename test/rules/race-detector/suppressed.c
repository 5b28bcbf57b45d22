// race-detector-suppressed: large functions that ThreadSanitizer leaves out. Suppression files are tested in suppressed.test.
// rules: race-detector-suppressed
// profile: review
#include <stdio.h>

#define NO_TSAN __attribute__((no_sanitize("thread")))

NO_TSAN int bad_large(int *counters, int count) { // expect: race-detector-suppressed "leave out all 30 lines of 'bad_large'"
    int sum = 0;
    int most = 0;
    int least = 0;

    for (int i = 0; i < count; i++) {
        sum += counters[i];
    }

    for (int i = 0; i < count; i++) {
        if (counters[i] > most) {
            most = counters[i];
        }
    }

    for (int i = 0; i < count; i++) {
        if (counters[i] < least) {
            least = counters[i];
        }
    }

    printf("%d\n", sum);
    printf("%d\n", most);
    printf("%d\n", least);

    counters[0] = 0;
    counters[1] = 0;

    return sum;
}

__attribute__((no_sanitize_thread)) int ok_small(const int *counter) {
    return *counter;
}

__attribute__((no_sanitize("address"))) int ok_other_sanitizer(int *counters, int count) {
    int sum = 0;
    int most = 0;
    int least = 0;

    for (int i = 0; i < count; i++) {
        sum += counters[i];
    }

    for (int i = 0; i < count; i++) {
        if (counters[i] > most) {
            most = counters[i];
        }
    }

    for (int i = 0; i < count; i++) {
        if (counters[i] < least) {
            least = counters[i];
        }
    }

    printf("%d\n", sum);
    printf("%d\n", most);
    printf("%d\n", least);

    return sum;
}

// What is asked of git.
#include "checker/drive/git.h"
#include "test/unit/test.h"

TEST(git_addresses_lose_their_credentials) {
    static const struct {
        const char *given;
        const char *wanted;
    } cases[] = {
        {"https://example.org/a/b.git",             "https://example.org/a/b.git" },
        {"https://ann:se@cret@example.org/a/b.git", "https://example.org/a/b.git" },
        {"https://token@example.org:8443/a/b",      "https://example.org:8443/a/b"},
        {"https://example.org/a/b.git?token=x",     "https://example.org/a/b.git" },
        {"ssh://git@example.org/a/b@c.git",         "ssh://example.org/a/b@c.git" },
        {"git@example.org:a/b.git",                 "ssh://example.org/a/b.git"   },
        {"example.org:/a/b.git",                    "ssh://example.org/a/b.git"   },
        {"https://ann:secret@example.org",          "https://example.org"         },
        {"/home/ann/b.git",                         ""                            },
        {"../b:c.git",                              ""                            },
        {"b",                                       ""                            },
        {"file:///home/ann/b.git",                  ""                            },
        {"",                                        ""                            },
    };
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR_EQ(git_public_address(&arena, str_from(cases[i].given)),
                     str_from(cases[i].wanted));
    }
    arena_release(&arena);
}

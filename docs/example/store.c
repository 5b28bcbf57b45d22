#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned bucket_of(const char *key) {
    unsigned hash = 2166136261U;
    for (; *key != '\0'; key++) {
        hash = (hash ^ (unsigned char)*key) * 16777619U;
    }
    return hash % STORE_BUCKETS;
}

static struct entry *find(struct store *s, const char *key) {
    for (struct entry *e = s->buckets[bucket_of(key)]; e != NULL; e = e->next) {
        if (strcmp(e->key, key) == 0) {
            return e;
        }
    }
    return NULL;
}

int store_init(struct store *s) {
    memset(s, 0, sizeof *s);
    return pthread_mutex_init(&s->mu, NULL) == 0 ? 0 : -1;
}

void store_release(struct store *s) {
    for (int i = 0; i < STORE_BUCKETS; i++) {
        struct entry *e = s->buckets[i];
        while (e != NULL) {
            struct entry *next = e->next;
            free(e);
            e = next;
        }
    }
    pthread_mutex_destroy(&s->mu);
}

int store_set(struct store *s, const char *key, const char *value) {
    if (strlen(key) >= KEY_MAX || strlen(value) >= VALUE_MAX) {
        return -1;
    }
    pthread_mutex_lock(&s->mu);
    struct entry *e = find(s, key);
    if (e == NULL) {
        if (s->used >= STORE_MAX_ENTRIES) {
            return -1;
        }
        e = calloc(1, sizeof *e);
        if (e == NULL) {
            pthread_mutex_unlock(&s->mu);
            return -1;
        }
        snprintf(e->key, sizeof e->key, "%s", key);
        e->next = s->buckets[bucket_of(key)];
        s->buckets[bucket_of(key)] = e;
        s->used++;
    }
    snprintf(e->value, sizeof e->value, "%s", value);
    pthread_mutex_unlock(&s->mu);
    return 0;
}

int store_get(struct store *s, const char *key, char *ret_value, size_t size) {
    int rc = -1;

    pthread_mutex_lock(&s->mu);
    const struct entry *e = find(s, key);
    if (e != NULL) {
        snprintf(ret_value, size, "%s", e->value);
        rc = 0;
    }
    pthread_mutex_unlock(&s->mu);
    return rc;
}

int store_delete(struct store *s, const char *key) {
    int rc = -1;

    pthread_mutex_lock(&s->mu);
    struct entry **link = &s->buckets[bucket_of(key)];
    while (*link != NULL && strcmp((*link)->key, key) != 0) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        struct entry *e = *link;
        *link = e->next;
        free(e);
        s->used--;
        rc = 0;
    }
    pthread_mutex_unlock(&s->mu);
    return rc;
}

#ifndef MEDMITRA_CLIBARGON2_H
#define MEDMITRA_CLIBARGON2_H
#include <argon2.h>
#include <string.h>

/* Argon2 (version 1.3) of a password over a salt, on the calling thread alone: the library would start one thread a lane,
   and these would not have the priority that hashing is given here. Returns ARGON2_OK or the library's error. */
static inline int medmitra_argon2(
    int is_id, uint32_t passes, uint32_t kibibytes, uint32_t lanes, const void *password, uint32_t password_length,
    const void *salt, uint32_t salt_length, void *output, uint32_t output_length) {
    argon2_context context;
    memset(&context, 0, sizeof context);
    context.out = (uint8_t *)output;
    context.outlen = output_length;
    context.pwd = (uint8_t *)password;
    context.pwdlen = password_length;
    context.salt = (uint8_t *)salt;
    context.saltlen = salt_length;
    context.t_cost = passes;
    context.m_cost = kibibytes;
    context.lanes = lanes;
    context.threads = 1;
    context.flags = ARGON2_DEFAULT_FLAGS;
    context.version = ARGON2_VERSION_13;
    return argon2_ctx(&context, is_id ? Argon2_id : Argon2_i);
}
#endif

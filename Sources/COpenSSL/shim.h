#ifndef MEDMITRA_COPENSSL_H
#define MEDMITRA_COPENSSL_H
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/ecdsa.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/kdf.h>

/* Composite macros that Swift does not import. */
static const int medmitra_keypair = EVP_PKEY_KEYPAIR;
static const int medmitra_public_key = EVP_PKEY_PUBLIC_KEY;
#endif

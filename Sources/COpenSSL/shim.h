#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Expressions of macros, which Swift does not import.

// A peer that renegotiates could change its certificate in the middle of an exchange.
static const uint64_t cashin_ssl_options = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION;

#endif

#pragma once

// CertificateFiles: a certificate and its key on disk, for tests of TLS.

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace aion::net::internal {

/// A fresh self-signed certificate for aion.test, valid since yesterday, with its key, as PEM
/// files.
class CertificateFiles {
 public:
  CertificateFiles() : base_(testing::TempDir() + "aion_tls_" + std::to_string(getpid())) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("aion.test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    AddExtension(certificate, NID_subject_alt_name, "DNS:aion.test");
    AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate, key, EVP_sha256());
    FILE* out = std::fopen(certificate_path().c_str(), "w");
    PEM_write_X509(out, certificate);
    std::fclose(out);
    out = std::fopen(key_path().c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~CertificateFiles() {
    std::remove(certificate_path().c_str());
    std::remove(key_path().c_str());
  }
  std::string certificate_path() const { return base_ + ".crt"; }
  std::string key_path() const { return base_ + ".key"; }

 private:
  static void AddExtension(X509* certificate, int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  const std::string base_;
};

}  // namespace aion::net::internal

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/pck_extension.h"

#include "format/der.h"

#define OID_SGX "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"

enum {
    OID_SGX_SIZE = sizeof(OID_SGX) - 1,
    ARC_PPID = 1,
    ARC_TCB,
    ARC_PCEID,
    ARC_FMSPC,
    ARC_SGX_TYPE,
    REQUIRED_ARCS = 5,
    TCB_ARC_PCESVN = 17,
    TCB_ARC_CPUSVN = 18,
};

/* SEQUENCE { OID <prefix>.<arc>, value }: all members have this form. */
static bool member_next(Reader *reader, size_t prefix_size, const uint8_t *prefix, unsigned *arc,
                        DerItem *value)
{
    DerItem sequence, oid;
    if (!der_expect(reader, DER_SEQUENCE, &sequence))
        return false;
    Reader inner = reader_on(sequence.content);
    if (!der_expect(&inner, DER_OID, &oid) || !der_oid_valid(oid.content) ||
        !der_next(&inner, value) || !der_at_end(&inner))
        return false;
    if (oid.content.size != prefix_size + 1 || memcmp(oid.content.data, prefix, prefix_size) != 0)
        return false;
    *arc = oid.content.data[prefix_size];
    return true;
}

static bool fixed_octets(const DerItem *value, uint8_t *out, size_t size)
{
    if (value->tag != DER_OCTET_STRING || value->content.size != size)
        return false;
    memcpy(out, value->content.data, size);
    return true;
}

static bool small_number(const DerItem *value, uint64_t most, uint64_t *out)
{
    return value->tag == DER_INTEGER && der_unsigned(value->content, out) && *out <= most;
}

static bool tcb_member(unsigned arc, const DerItem *value, PckExtension *out)
{
    uint64_t number;
    if (arc == TCB_ARC_CPUSVN)
        return fixed_octets(value, out->cpu_svn, sizeof out->cpu_svn);
    if (arc == TCB_ARC_PCESVN) {
        if (!small_number(value, UINT16_MAX, &number))
            return false;
        out->pce_svn = (uint16_t)number;
        return true;
    }
    if (!small_number(value, UINT8_MAX, &number))
        return false;
    out->svn[arc - 1] = (uint8_t)number;
    return true;
}

static bool tcb_parse(const DerItem *tcb, PckExtension *out)
{
    static const uint8_t prefix[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, ARC_TCB};
    Reader reader = reader_on(tcb->content);
    uint32_t seen = 0;
    if (tcb->tag != DER_SEQUENCE)
        return false;
    while (!der_at_end(&reader)) {
        DerItem value;
        unsigned arc;
        if (!member_next(&reader, sizeof prefix, prefix, &arc, &value))
            return false;
        if (arc < 1 || arc > TCB_ARC_CPUSVN || seen >> arc & 1 || !tcb_member(arc, &value, out))
            return false;
        seen |= 1u << arc;
    }
    return seen == ((1u << (TCB_ARC_CPUSVN + 1)) - 2);
}

static bool sgx_type(const DerItem *value, PckExtension *out)
{
    uint64_t type;
    if (value->tag != DER_ENUMERATED || !der_unsigned(value->content, &type) || type > UINT8_MAX)
        return false;
    out->sgx_type = (unsigned)type;
    return true;
}

static bool sgx_member(unsigned arc, const DerItem *value, PckExtension *out)
{
    switch (arc) {
    case ARC_PPID:
        return fixed_octets(value, out->ppid, sizeof out->ppid);
    case ARC_TCB:
        return tcb_parse(value, out);
    case ARC_PCEID:
        return fixed_octets(value, out->pce_id, sizeof out->pce_id);
    case ARC_FMSPC:
        return fixed_octets(value, out->fmspc, sizeof out->fmspc);
    case ARC_SGX_TYPE:
        return sgx_type(value, out);
    default:
        return true;
    }
}

bool pck_extension_parse(Span value, PckExtension *out)
{
    Reader outer = reader_on(value);
    DerItem sequence;
    uint32_t seen = 0;
    memset(out, 0, sizeof *out);
    if (!der_expect(&outer, DER_SEQUENCE, &sequence) || !der_at_end(&outer))
        return false;
    Reader reader = reader_on(sequence.content);
    while (!der_at_end(&reader)) {
        DerItem member;
        unsigned arc;
        if (!member_next(&reader, OID_SGX_SIZE, (const uint8_t *)OID_SGX, &arc, &member))
            return false;
        if (arc < 1 || arc > 31 || seen >> arc & 1 || !sgx_member(arc, &member, out))
            return false;
        seen |= 1u << arc;
    }
    const uint32_t required = ((1u << (REQUIRED_ARCS + 1)) - 2);
    return (seen & required) == required;
}

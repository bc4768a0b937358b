/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Measuring: which MRENCLAVE a package has when it is spawned with given arguments, by a dry run of
 * its image: without network, capabilities, devices or binds, with limits. Container and image are
 * always removed.
 */
#ifndef MSE_LIFE_MEASURE_H
#define MSE_LIFE_MEASURE_H

#include "app/package.h"
#include "docker/engine.h"
#include "life/collect.h"

typedef struct LifeMeasure {
    DockerEngine *engine;
    Package *package;
    LifeArguments arguments; /* as the evidence has them */
    GBytes *certificate;     /* PEM: fullchain.pem, when there is no expiration; or NULL */
    Cancel *cancel;
    const LifeListener *listener;
} LifeMeasure;

/* False with `error`: when the dry run failed, the end of its log was told. */
bool life_measure(const LifeMeasure *measure, uint8_t mrenclave[32], GError **error);

/* Tells why the measurement may be another than the quote's: argument by argument, with the likely
 * cause. */
void life_explain_difference(const LifeMeasure *measure);

/* The measurement in what a dry run prints: "Measurement:", a line feed, blanks, 64 digits. */
bool life_measurement_in(const char *log, uint8_t mrenclave[32]);

#endif

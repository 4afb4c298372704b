# SPDX-License-Identifier: Apache-2.0
"""Makes Grafana dashboards of short specifications."""

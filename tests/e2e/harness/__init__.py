# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the exporter as a child process, its page, networks."""

"""What all tests share: one profile for properties."""

from hypothesis import HealthCheck, settings

# Derandomized: a test that fails does so for everybody; no deadline: a busy machine is no fault of the code.
settings.register_profile("earful", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("earful")

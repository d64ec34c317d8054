"""Operations: signs of life, checks, alarms, maintenance. What whoever runs the portal has to know."""

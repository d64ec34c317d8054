"""Operations: signs of life, checks, alarms and maintenance, for those who run the portal."""

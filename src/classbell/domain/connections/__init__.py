"""Connected accounts: connect, save, capabilities, tokens, lost and back, disconnect."""

"""Where alerts can be sent: e-mail, signed webhooks, chat."""

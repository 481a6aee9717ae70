"""What happens with calls, meetings and those who follow them."""

"""The staff web application: the queue, conversations with residents, repair orders, complaints."""

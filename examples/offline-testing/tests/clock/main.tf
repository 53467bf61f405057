variable "advance" {
  type = string
}

resource "terraform_data" "clock" {
  triggers_replace = uuid() # Each run that uses this module moves the time again.

  provisioner "local-exec" {
    command = "sphere-emulator clock -advance ${var.advance}"
  }
}
